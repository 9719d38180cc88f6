package io.gantry.image.registry;

import io.gantry.image.error.ImageException;
import io.gantry.image.manifest.Descriptor;
import io.gantry.image.manifest.ManifestReader;
import io.gantry.image.manifest.MediaTypes;
import io.gantry.image.reference.Digest;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpResponse;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
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
  private final String name;
  private final List<EndpointCaller> endpoints;
  private final Set<EndpointCaller> unreachable = ConcurrentHashMap.newKeySet();

  Repository(Wire wire, String name, List<EndpointCaller> endpoints) {
    this.wire = wire;
    this.name = name;
    this.endpoints = endpoints;
  }

  /** Asks one endpoint. */
  @FunctionalInterface
  private interface Question<T> {
    T ask(EndpointCaller endpoint) throws ImageException;
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
    return firstAnswer(needed, subject, endpoint -> manifest(endpoint, path, expected, subject));
  }

  private FetchedManifest manifest(
      EndpointCaller endpoint, String path, @Nullable Digest expected, String subject)
      throws ImageException {
    HttpResponse<BodyStream> response = endpoint.get(path, Map.of("Accept", ACCEPT), subject);
    byte[] content = read(endpoint, path, response, wire.settings().maxManifestBytes(), subject);
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

  /** A small blob, such as a config, checked against its descriptor. */
  public byte[] document(Descriptor blob, String subject) throws ImageException {
    int limit = wire.settings().maxConfigBytes();
    if (blob.size() > limit) {
      throw tooLarge(subject, blob.size() + " bytes", limit);
    }
    String path = "/" + name + "/blobs/" + blob.digest();
    return firstAnswer(
        Capability.PULL,
        subject,
        endpoint -> {
          HttpResponse<BodyStream> response = endpoint.get(path, Map.of(), subject);
          byte[] content = read(endpoint, path, response, limit, subject);
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

  private byte[] read(
      EndpointCaller endpoint,
      String path,
      HttpResponse<BodyStream> response,
      int limit,
      String subject)
      throws ImageException {
    try (BodyStream body = response.body()) {
      byte[] content = body.readNBytes(limit + 1);
      if (content.length > limit) {
        throw tooLarge(subject, "more than " + limit + " bytes", limit);
      }
      return content;
    } catch (ImageException e) {
      throw e;
    } catch (IOException e) {
      throw wire.unavailable(endpoint.uri(path), subject, e);
    }
  }

  private static ImageException tooLarge(String subject, String size, int limit) {
    return new ImageException.Refused(
        subject, "a document of " + size + " is over the limit of " + limit, "do not trust it");
  }

  /** The raw bytes of a blob; whoever reads checks the digest. The caller closes the stream. */
  public InputStream blob(Descriptor blob) throws ImageException {
    return firstAnswer(
        Capability.PULL,
        "blob " + blob.digest(),
        endpoint -> BlobStream.open(endpoint, wire, name, blob));
  }

  private <T> T firstAnswer(Capability needed, String subject, Question<T> question)
      throws ImageException {
    Map<String, ImageException> failures = new LinkedHashMap<>();
    for (EndpointCaller endpoint : inTurn(needed)) {
      try {
        return question.ask(endpoint);
      } catch (ImageException.Cancelled e) {
        throw e;
      } catch (ImageException e) {
        failures.put(endpoint.name(), e);
        if (e instanceof ImageException.Unavailable) {
          unreachable.add(endpoint);
        }
      }
    }
    throw Refusals.of(subject, needed, failures);
  }

  /** Who was out of reach a moment ago comes last, so that one wait for it is enough. */
  private List<EndpointCaller> inTurn(Capability needed) {
    return endpoints.stream()
        .filter(endpoint -> endpoint.can(needed))
        .sorted(Comparator.comparing(unreachable::contains))
        .toList();
  }
}
