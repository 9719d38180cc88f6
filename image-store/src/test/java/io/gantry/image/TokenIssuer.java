package io.gantry.image;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Signature;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A token server on loopback that knows one person, and signs what docker-registry checks (its
 * "Token Authentication Implementation"): a JSON web token with the certificate in its head.
 */
final class TokenIssuer implements AutoCloseable {

  static final String NAME = "issuer";
  static final String SERVICE = "registry";
  static final String IDENTITY = "an-identity-token";

  private static final String JANE = "Basic amFuZTpzZWNyZXQ=";

  /** How each token was asked for: method and scope. */
  final List<String> requests = Collections.synchronizedList(new ArrayList<>());

  private final HttpServer server =
      HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
  private final PrivateKey key;
  private final String algorithm;
  private final String certificate;
  private volatile int life = 300;

  /**
   * @param keys the pair under {@link #NAME}
   * @param algorithm RS256 or ES256 (RFC 7518)
   */
  TokenIssuer(KeyStore keys, String algorithm) throws IOException, GeneralSecurityException {
    this.key = (PrivateKey) keys.getKey(NAME, TestKeys.PASSWORD);
    this.algorithm = algorithm;
    this.certificate = Base64.getEncoder().encodeToString(keys.getCertificate(NAME).getEncoded());
    server.createContext("/token", this::serve);
    server.start();
  }

  String realm() {
    return "http://127.0.0.1:" + server.getAddress().getPort() + "/token";
  }

  /** Of tokens from now on, in seconds from their making; negative for those that have ended. */
  void life(int seconds) {
    life = seconds;
  }

  private void serve(HttpExchange exchange) throws IOException {
    try (exchange) {
      boolean post = exchange.getRequestMethod().equals("POST");
      String text =
          post
              ? new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8)
              : exchange.getRequestURI().getRawQuery();
      Map<String, String> parameters = parameters(text);
      String scope = parameters.getOrDefault("scope", "");
      requests.add(exchange.getRequestMethod() + " " + scope);
      boolean known =
          post
              ? IDENTITY.equals(parameters.get("refresh_token"))
              : JANE.equals(exchange.getRequestHeaders().getFirst("Authorization"));
      byte[] answer =
          known
              ? TestImage.text(
                  "{\"%s\":\"%s\",\"expires_in\":300}"
                      .formatted(post ? "access_token" : "token", token(scope)))
              : TestImage.text("{\"details\":\"incorrect username or password\"}");
      exchange.sendResponseHeaders(known ? 200 : 401, answer.length);
      exchange.getResponseBody().write(answer);
    } catch (GeneralSecurityException e) {
      throw new IOException(e);
    }
  }

  private static Map<String, String> parameters(String text) {
    Map<String, String> parameters = new LinkedHashMap<>();
    for (String pair : text.split("&", -1)) {
      int equals = pair.indexOf('=');
      parameters.put(
          pair.substring(0, equals),
          URLDecoder.decode(pair.substring(equals + 1), StandardCharsets.UTF_8));
    }
    return parameters;
  }

  private String token(String scope) throws GeneralSecurityException {
    String[] parts = scope.split(":", -1);
    long now = Instant.now().getEpochSecond();
    String head =
        "{\"typ\":\"JWT\",\"alg\":\"%s\",\"x5c\":[\"%s\"]}".formatted(algorithm, certificate);
    String claims =
        """
        {"iss":"%s","sub":"jane","aud":"%s","exp":%d,"nbf":%d,"iat":%d,"jti":"%d",
         "access":[{"type":"repository","name":"%s","actions":["%s"]}]}
        """
            .formatted(
                NAME,
                SERVICE,
                now + life,
                now - 100,
                now,
                System.nanoTime(),
                parts[1],
                parts[2].replace(",", "\",\""));
    String signed = base64(TestImage.text(head)) + "." + base64(TestImage.text(claims));
    Signature signature =
        Signature.getInstance(
            algorithm.equals("RS256") ? "SHA256withRSA" : "SHA256withECDSAinP1363Format");
    signature.initSign(key);
    signature.update(TestImage.text(signed));
    return signed + "." + base64(signature.sign());
  }

  private static String base64(byte[] bytes) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
