package io.gantry.image;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/** Keys and self-signed certificates, made by the JDK's keytool. */
public final class TestKeys {

  public static final char[] PASSWORD = "changeit".toCharArray();

  private TestKeys() {}

  /**
   * A key pair under an alias, and its certificate as an authority for those who trust the store.
   *
   * @param algorithm such as {@code EC} or {@code RSA}
   * @param more arguments of keytool, such as {@code -ext san=dns:example}
   */
  public static KeyStore make(Path folder, String alias, String algorithm, String... more)
      throws Exception {
    Path file = folder.resolve(alias + ".p12");
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-alias",
                alias,
                "-keyalg",
                algorithm,
                "-dname",
                "CN=" + alias,
                "-keystore",
                file.toString(),
                "-storepass",
                new String(PASSWORD)));
    command.addAll(List.of(more));
    Path log = folder.resolve(alias + ".log");
    int status =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start()
            .waitFor();
    if (status != 0) {
      throw new IOException(Files.readString(log));
    }
    KeyStore store = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(file)) {
      store.load(in, PASSWORD);
    }
    store.setCertificateEntry("authority", store.getCertificate(alias));
    return store;
  }

  /** Writes the certificate to {@code ALIAS.crt}. */
  public static Path certificate(Path folder, String alias, KeyStore store) throws Exception {
    return block(
        folder.resolve(alias + ".crt"), "CERTIFICATE", store.getCertificate(alias).getEncoded());
  }

  /** Writes the key in PKCS#8 form to {@code ALIAS.key}. */
  public static Path key(Path folder, String alias, KeyStore store) throws Exception {
    return block(
        folder.resolve(alias + ".key"), "PRIVATE KEY", store.getKey(alias, PASSWORD).getEncoded());
  }

  private static Path block(Path file, String kind, byte[] content) throws IOException {
    return Files.writeString(
        file,
        "-----BEGIN %1$s-----\n%2$s\n-----END %1$s-----\n"
            .formatted(kind, Base64.getMimeEncoder().encodeToString(content)));
  }
}
