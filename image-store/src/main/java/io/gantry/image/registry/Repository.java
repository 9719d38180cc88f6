package io.gantry.image.registry;

import io.gantry.image.error.ImageException;
import io.gantry.image.manifest.Descriptor;
import io.gantry.image.manifest.ManifestReader;
import io.gantry.image.manifest.MediaTypes;
import io.gantry.image.progress.Traffic;
import io.gantry.image.reference.Digest;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpResponse;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * One repository as one pull sees it: each question goes to the endpoints in turn until one
 * answers. Safe for the pull's threads.
 */
public final class Repository {

  private static final String ACCEPT =
      String.join(
          ", ",
          MediaTypes.OCI_INDEX,
          MediaTypes.OCI_MANIFEST,
          MediaTypes.DOCKER_LIST,
          MediaTypes.DOCKER_MANIFEST);

  private final Wire wire;
  private final String image;
  private final String name;
  private final EndpointTurns turns;
  private final Map<Digest, EndpointCaller> givers = new ConcurrentHashMap<>();

  /**
   * @param image what is pulled, for messages
   * @param name of the repository
   */
  Repository(Wire wire, String image, String name, EndpointTurns turns) {
    this.wire = wire;
    this.image = image;
    this.name = name;
    this.turns = turns;
  }

  /**
   * The index or manifest behind a tag or digest.
   *
   * @param expected the digest that it must have, or null for a tag
   * @param subject what is being pulled, for messages
   */
  public FetchedManifest manifest(String tagOrDigest, @Nullable Digest expected, String subject)
      throws ImageException {
    String path = "/" + name + "/manifests/" + tagOrDigest;
    Capability needed = expected == null ? Capability.RESOLVE : Capability.PULL;
    Call call = Call.get(path, subject).with("Accept", ACCEPT);
    return turns.firstAnswer(
        needed,
        subject,
        (endpoint, patient) -> {
          HttpResponse<BodyStream> response = endpoint.ask(call, patient);
          byte[] content = read(endpoint, call, response, wire.limits().maxManifestBytes());
          return manifest(response, content, expected, subject);
        });
  }

  /**
   * The digest behind a tag or digest as a registry says it, without the document. Only good for
   * finding out that nothing has changed. It costs the registry next to nothing, and nothing of the
   * pulls that Docker Hub allows (https://docs.docker.com/docker-hub/usage/pulls/).
   *
   * @return empty when it does not say, or does not understand the question
   */
  public Optional<Digest> currentDigest(String tagOrDigest, String subject) throws ImageException {
    Call call =
        Call.get("/" + name + "/manifests/" + tagOrDigest, subject)
            .with("Accept", ACCEPT)
            .headOnly();
    try {
      return turns.firstAnswer(
          Capability.RESOLVE,
          subject,
          (endpoint, patient) -> {
            HttpResponse<BodyStream> response = endpoint.ask(call, patient);
            response.body().close();
            String said = response.headers().firstValue("Docker-Content-Digest").orElse("");
            return said.isEmpty() ? Optional.empty() : Optional.of(Digest.parse(said));
          });
    } catch (ImageException.Cancelled e) {
      throw e;
    } catch (ImageException.Unavailable e) {
      if (e.getCause() != null) {
        // Nobody can be reached, and asking for the document would only wait once more.
        throw e;
      }
      return Optional.empty();
    } catch (ImageException e) {
      return Optional.empty();
    }
  }

  private static FetchedManifest manifest(
      HttpResponse<?> response, byte[] content, @Nullable Digest expected, String subject)
      throws ImageException {
    Digest digest = verified(response, content, expected, subject);
    String type = response.headers().firstValue("Content-Type").orElse("");
    int parameters = type.indexOf(';');
    String bare = (parameters < 0 ? type : type.substring(0, parameters)).strip();
    return new FetchedManifest(digest, content, ManifestReader.read(subject, content, bare));
  }

  private static Digest verified(
      HttpResponse<?> response, byte[] content, @Nullable Digest expected, String subject)
      throws ImageException {
    String said = response.headers().firstValue("Docker-Content-Digest").orElse("");
    Digest promised = expected != null || said.isEmpty() ? expected : Digest.parse(said);
    Digest actual = promised == null ? Digest.ofBytes(content) : promised.ofSameKind(content);
    if (promised != null && !promised.equals(actual)) {
      throw new ImageException.Corrupt(
          subject,
          "the manifest has the wrong digest " + actual + ", not " + promised,
          "pull again; if it persists, the registry or a proxy before it is damaged",
          null);
    }
    return actual;
  }

  /**
   * A manifest that is no image but belongs to one, such as its signatures.
   *
   * @return empty when nobody has it and the last one who was asked says so
   */
  public Optional<byte[]> attachment(String tag, String subject) throws ImageException {
    Call call =
        Call.get("/" + name + "/manifests/" + tag, subject)
            .with("Accept", MediaTypes.OCI_MANIFEST + ", " + MediaTypes.DOCKER_MANIFEST);
    try {
      return Optional.of(
          turns.firstAnswer(
              Capability.RESOLVE,
              subject,
              (endpoint, patient) -> {
                HttpResponse<BodyStream> response = endpoint.ask(call, patient);
                byte[] content = read(endpoint, call, response, wire.limits().maxManifestBytes());
                verified(response, content, null, subject);
                return content;
              }));
    } catch (ImageException.NotFound e) {
      return Optional.empty();
    }
  }

  /** A config, checked against its descriptor. */
  public byte[] document(Descriptor blob, String subject) throws ImageException {
    return document(blob, wire.limits().maxConfigBytes(), subject);
  }

  /**
   * A small blob, checked against its descriptor.
   *
   * @param limit in bytes
   */
  public byte[] document(Descriptor blob, int limit, String subject) throws ImageException {
    if (blob.size() > limit) {
      throw tooLarge(subject, blob.size() + " bytes", limit);
    }
    Call call = Call.get(path(blob), subject);
    return turns.firstAnswer(
        Capability.PULL,
        subject,
        (endpoint, patient) -> {
          byte[] content = read(endpoint, call, endpoint.ask(call, patient), limit);
          Digest actual = blob.digest().ofSameKind(content);
          if (!actual.equals(blob.digest())) {
            throw new ImageException.Corrupt(
                subject,
                "blob " + blob.digest() + " has the wrong digest " + actual,
                "pull again; if it persists, the registry is damaged",
                null);
          }
          return content;
        });
  }

  private String path(Descriptor blob) {
    return "/" + name + "/blobs/" + blob.digest();
  }

  private byte[] read(
      EndpointCaller endpoint, Call call, HttpResponse<BodyStream> response, int limit)
      throws ImageException {
    try (BodyStream body = response.body()) {
      byte[] content = body.readNBytes(limit + 1);
      if (content.length > limit) {
        throw tooLarge(call.subject(), "more than " + limit + " bytes", limit);
      }
      return content;
    } catch (ImageException e) {
      throw e;
    } catch (IOException e) {
      throw wire.unavailable(endpoint.uri(call.path()), call.subject(), e);
    }
  }

  private static ImageException tooLarge(String subject, String size, int limit) {
    return new ImageException.Refused(
        subject, "a document of " + size + " is over the limit of " + limit, "do not trust it");
  }

  /** The raw bytes of a blob; whoever reads checks the digest. The caller closes the stream. */
  public InputStream blob(Descriptor blob) throws ImageException {
    String subject = "blob " + blob.digest() + " of " + image;
    givers.remove(blob.digest());
    return BlobStream.open(
        new BlobStream.Source() {
          @Override
          public BlobPart from(long offset) throws ImageException {
            return part(blob, offset, subject);
          }

          @Override
          public Traffic traffic() {
            return turns.traffic();
          }

          @Override
          public void leave(EndpointCaller endpoint) {
            turns.leave(endpoint);
          }

          @Override
          public ImageException broken(EndpointCaller endpoint, String what, IOException cause) {
            return wire.unavailable(endpoint.uri(path(blob)), what, cause);
          }
        },
        blob,
        subject,
        wire.limits().attempts(),
        turns.count());
  }

  private BlobPart part(Descriptor blob, long offset, String subject) throws ImageException {
    Call whole = Call.get(path(blob), subject);
    Call call = offset == 0 ? whole : whole.with("Range", "bytes=" + offset + "-");
    BlobPart part =
        turns.firstAnswer(
            Capability.PULL,
            subject,
            (endpoint, patient) ->
                BlobPart.of(endpoint, endpoint.ask(call, patient), blob, offset, subject));
    givers.putIfAbsent(blob.digest(), part.endpoint());
    return part;
  }

  /** What the pull comes to so far. */
  public Traffic traffic() {
    return turns.traffic();
  }

  /** The endpoints that gave the blobs so far. */
  public Set<String> served() {
    return givers.values().stream()
        .map(giver -> giver.endpoint().name())
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /**
   * Says that the last stream of a blob brought wrong bytes. Who gave the first of them is asked
   * for nothing more; if it was another one who lied, the next round will show it.
   *
   * @return whether somebody else can be asked
   */
  public boolean distrust(Descriptor blob) {
    EndpointCaller wrong = givers.remove(blob.digest());
    return wrong != null && turns.distrust(wrong);
  }
}
