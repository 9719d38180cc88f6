package io.gantry.cni.overlay.kubernetes;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.Consumer;

/** The two requests for nodes (Kubernetes API concepts, "Efficient detection of changes"). */
final class ApiServer implements AutoCloseable {

  private static final Duration ANSWER = Duration.ofSeconds(15);
  private static final int OK = 200;
  private static final int GONE = 410;

  /** A page of a list; nodes name all their images, so few are much. */
  private static final int PAGE = 100;

  private static final int LONGEST_ERROR = 300;
  private static final ObjectMapper JSON = new ObjectMapper();

  /** A revision that the server has forgotten: all has to be listed again. */
  static final class GoneException extends IOException {

    private static final long serialVersionUID = 1L;

    GoneException(String message) {
      super(message);
    }
  }

  /** Takes one line of a watch. */
  @FunctionalInterface
  interface Changes {
    void change(JsonNode event) throws IOException;
  }

  private final KubernetesSettings settings;
  private final HttpClient client;

  private ApiServer(KubernetesSettings settings, HttpClient client) {
    this.settings = settings;
    this.client = client;
  }

  /** Reads the certificates; connects with the first request. */
  static ApiServer open(KubernetesSettings settings) throws IOException {
    HttpClient.Builder builder =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(ANSWER)
            .followRedirects(HttpClient.Redirect.NEVER);
    if ("https".equals(settings.server().getScheme())) {
      builder.sslContext(PemKeys.context(settings));
    }
    return new ApiServer(settings, builder.build());
  }

  /**
   * One page of all nodes.
   *
   * @param next of the page before, or empty
   * @param opened is told the connection, to cut it
   */
  JsonNode list(String next, Consumer<InputStream> opened)
      throws IOException, InterruptedException {
    String query = "?limit=" + PAGE + (next.isEmpty() ? "" : "&continue=" + encoded(next));
    try (InputStream body = answer("list nodes", query)) {
      opened.accept(body);
      return JSON.readTree(body);
    } catch (JacksonException e) {
      throw new IOException("cannot list nodes at " + settings.server() + ": " + e, e);
    }
  }

  /**
   * Reads changes until the server ends the watch, which it is asked to do after some minutes.
   *
   * @param opened is told the connection, to cut it
   */
  void watch(String revision, Duration longest, Consumer<InputStream> opened, Changes changes)
      throws IOException, InterruptedException {
    String query =
        "?watch=true&allowWatchBookmarks=true&resourceVersion=%s&timeoutSeconds=%d"
            .formatted(encoded(revision), longest.toSeconds());
    try (InputStream body = answer("watch nodes", query)) {
      opened.accept(body);
      BufferedReader lines =
          new BufferedReader(new InputStreamReader(body, StandardCharsets.UTF_8));
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (!line.isBlank()) {
          changes.change(event(line));
        }
      }
    }
  }

  private JsonNode event(String line) throws IOException {
    JsonNode event;
    try {
      event = JSON.readTree(line);
    } catch (JacksonException e) {
      throw new IOException("what " + settings.server() + " tells is no JSON: " + e, e);
    }
    if (event.path("type").asText().equals("ERROR")) {
      String message = event.path("object").path("message").asText("no reason");
      if (event.path("object").path("code").asInt() == GONE) {
        throw new GoneException(message);
      }
      throw new IOException("the watch of nodes failed: " + message);
    }
    return event;
  }

  private InputStream answer(String what, String query) throws IOException, InterruptedException {
    URI uri =
        URI.create(settings.server().toString().replaceAll("/+$", "") + "/api/v1/nodes" + query);
    HttpRequest.Builder request =
        HttpRequest.newBuilder(uri)
            .timeout(ANSWER)
            .header("Accept", "application/json")
            .header("User-Agent", "gantryd");
    Path token = settings.tokenFile();
    if (token != null) {
      request.header("Authorization", "Bearer " + Files.readString(token).strip());
    }
    HttpResponse<InputStream> response;
    try {
      response = client.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
    } catch (IOException e) {
      throw new IOException("cannot %s at %s: %s".formatted(what, settings.server(), reason(e)), e);
    }
    if (response.statusCode() == OK) {
      return response.body();
    }
    try (InputStream body = response.body()) {
      throw refusal(what, response.statusCode(), body);
    }
  }

  private static String reason(IOException e) {
    return e.getMessage() == null ? e.toString() : e.getMessage();
  }

  private IOException refusal(String what, int status, InputStream body) throws IOException {
    String text = new String(body.readNBytes(LONGEST_ERROR), StandardCharsets.UTF_8).strip();
    String message =
        "cannot %s at %s: status %d %s"
            .formatted(what, settings.server(), status, text.lines().findFirst().orElse(""));
    return status == GONE ? new GoneException(message) : new IOException(message);
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  /** Cuts what is open. */
  @Override
  public void close() {
    client.shutdownNow();
  }
}
