package io.gantry.image;

import io.gantry.image.reference.Digest;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.TreeSet;

/**
 * What the store writes down about an image.
 *
 * @param version of this form
 * @param id digest of the config
 * @param tags full names, sorted
 * @param digests full names with digest, sorted
 * @param documents digests of config, manifest and index, which the store keeps
 * @param layers diff ids, lowest first
 * @param transferSize bytes of the layer blobs
 * @param user as in the config
 * @param sequence of the last change: when a crash leaves one tag on two images, the higher has it
 * @param stored RFC 3339
 */
record ImageRecord(
    int version,
    String id,
    List<String> tags,
    List<String> digests,
    List<String> documents,
    List<String> layers,
    long transferSize,
    String user,
    long sequence,
    String stored) {

  static final int VERSION = 1;

  ImageRecord {
    tags = List.copyOf(tags);
    digests = List.copyOf(digests);
    documents = List.copyOf(documents);
    layers = List.copyOf(layers);
  }

  ImageRecord withTags(Collection<String> newTags, long newSequence) {
    List<String> sorted = new ArrayList<>(new TreeSet<>(newTags));
    return new ImageRecord(
        version, id, sorted, digests, documents, layers, transferSize, user, newSequence, stored);
  }

  ImageRecord withoutTag(String tag, long newSequence) {
    return withTags(tags.stream().filter(other -> !other.equals(tag)).toList(), newSequence);
  }

  /** The same image, which a registry knows by one more digest. */
  ImageRecord withManifest(String repoDigest, Digest manifest, long newSequence) {
    return new ImageRecord(
        version,
        id,
        tags,
        union(digests, List.of(repoDigest)),
        union(documents, List.of(manifest.toString())),
        layers,
        transferSize,
        user,
        newSequence,
        stored);
  }

  /** The same image known under more names; when it was first stored stays. */
  ImageRecord merged(ImageRecord newer) {
    return new ImageRecord(
        version,
        id,
        union(tags, newer.tags),
        union(digests, newer.digests),
        union(documents, newer.documents),
        layers,
        transferSize,
        user,
        newer.sequence,
        stored);
  }

  private static List<String> union(List<String> one, List<String> other) {
    TreeSet<String> both = new TreeSet<>(one);
    both.addAll(other);
    return List.copyOf(both);
  }
}
