package io.gantry.image.registry;

import io.gantry.image.error.ImageException;
import io.gantry.image.manifest.Descriptor;
import io.gantry.image.progress.Traffic;
import io.gantry.image.reference.Digest;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** One repository as one push sees it (OCI distribution spec, "Push"). One thread. */
public final class Destination {

  private static final int OK = 200;
  private static final int CREATED = 201;
  private static final int ACCEPTED = 202;
  private static final int NOT_FOUND = 404;

  private final PushCaller caller;
  private final String name;

  /**
   * @param name of the repository
   */
  Destination(PushCaller caller, String name) {
    this.caller = caller;
    this.name = name;
  }

  /** What the push comes to so far. */
  public Traffic traffic() {
    return caller.traffic();
  }

  /** Gives the bytes of a blob, as often as they are asked for. */
  @FunctionalInterface
  public interface Bytes {
    InputStream open() throws IOException;
  }

  /**
   * Makes sure that the repository has a blob.
   *
   * @param elsewhere repositories of the same registry that may have it
   * @return whether its bytes were sent
   */
  public boolean blob(Descriptor blob, Bytes bytes, List<String> elsewhere) throws ImageException {
    String subject = "blob " + blob.digest();
    if (has(blob, subject)) {
      return false;
    }
    HttpResponse<?> begun = begin(blob, elsewhere, subject);
    if (begun.statusCode() == CREATED) {
      return false;
    }
    new BlobUpload(caller, blob, bytes, shelf(blob, subject)).run(begun);
    return true;
  }

  private BlobUpload.Shelf shelf(Descriptor blob, String subject) {
    return new BlobUpload.Shelf() {
      @Override
      public boolean has() throws ImageException {
        return Destination.this.has(blob, subject);
      }

      @Override
      public HttpResponse<?> begin() throws ImageException {
        return Destination.this.begin(subject);
      }
    };
  }

  private boolean has(Descriptor blob, String subject) throws ImageException {
    URI head = caller.uri("/" + name + "/blobs/" + blob.digest());
    Sending question = Sending.of("HEAD", head, caller.answerLimit(), subject);
    return caller.send(question, Set.of(OK, NOT_FOUND)).statusCode() == OK;
  }

  /** Either the blob is there, taken over from another repository, or its upload may begin. */
  private HttpResponse<?> begin(Descriptor blob, List<String> elsewhere, String subject)
      throws ImageException {
    String other = elsewhere.stream().filter(each -> !each.equals(name)).findFirst().orElse("");
    if (other.isEmpty()) {
      return begin(subject);
    }
    String query = "mount=" + encoded(blob.digest().toString()) + "&from=" + encoded(other);
    Sending mount = Sending.of("POST", with(uploads(), query), caller.answerLimit(), subject);
    try {
      return caller.send(mount, Set.of(CREATED, ACCEPTED));
    } catch (ImageException.Unauthorized | ImageException.NotFound e) {
      // Who may not read the other repository may still write to this one.
      return begin(subject);
    }
  }

  private HttpResponse<?> begin(String subject) throws ImageException {
    Sending post = Sending.of("POST", uploads(), caller.answerLimit(), subject);
    return caller.send(post, Set.of(ACCEPTED));
  }

  private URI uploads() {
    return caller.uri("/" + name + "/blobs/uploads/");
  }

  /**
   * Gives the repository a manifest whose blobs it has.
   *
   * @param tagOrDigest what it is to be found by
   */
  public void manifest(String tagOrDigest, Descriptor manifest, byte[] content)
      throws ImageException {
    String subject = "manifest " + manifest.digest();
    Sending sending =
        new Sending(
            "PUT",
            caller.uri("/" + name + "/manifests/" + tagOrDigest),
            Map.of("Content-Type", manifest.mediaType()),
            () -> BodyPublishers.ofByteArray(content),
            caller.answerLimit(),
            subject);
    requireDigest(caller.send(sending, Set.of(CREATED)), manifest.digest(), subject);
  }

  static void requireDigest(HttpResponse<?> response, Digest expected, String subject)
      throws ImageException {
    String said = response.headers().firstValue("Docker-Content-Digest").orElse("");
    if (!said.isEmpty() && !said.equals(expected.toString())) {
      throw new ImageException.Corrupt(
          subject,
          "registry " + response.uri().getAuthority() + " has taken it as " + said,
          "push again; if it persists, the registry or a proxy before it is damaged",
          null);
    }
  }

  static URI with(URI uri, String query) {
    return URI.create(uri + (uri.getRawQuery() == null ? "?" : "&") + query);
  }

  static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }
}
