package io.gantry.image.hosts;

import io.gantry.image.pem.PemBlocks;
import io.gantry.image.registry.ConnectionSettings.ClientCertificate;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.List;

/** Certificates and keys in the text form of RFC 7468; what else the file says is skipped. */
final class PemFile {

  private static final int MAX_FILE = 1 << 20;

  private final Path file;
  private final String text;

  private PemFile(Path file, String text) {
    this.file = file;
    this.text = text;
  }

  static PemFile read(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      byte[] content = in.readNBytes(MAX_FILE);
      return new PemFile(file, new String(content, StandardCharsets.ISO_8859_1));
    } catch (NoSuchFileException e) {
      throw new IOException(file + " does not exist", e);
    } catch (IOException e) {
      throw new IOException(file + " cannot be read: " + e.getMessage(), e);
    }
  }

  /** A certificate and its key, which may both be in one file. */
  static ClientCertificate pair(Path certificate, Path key) throws IOException {
    List<X509Certificate> chain = read(certificate).certificates();
    return new ClientCertificate(
        read(key).key(chain.getFirst().getPublicKey().getAlgorithm()), chain);
  }

  /** At least one. */
  List<X509Certificate> certificates() throws IOException {
    List<X509Certificate> certificates = new ArrayList<>();
    for (byte[] block : blocks("CERTIFICATE")) {
      try {
        certificates.add(
            (X509Certificate)
                CertificateFactory.getInstance("X.509")
                    .generateCertificate(new ByteArrayInputStream(block)));
      } catch (GeneralSecurityException e) {
        throw new IOException(file + " holds a damaged certificate: " + e.getMessage(), e);
      }
    }
    if (certificates.isEmpty()) {
      throw new IOException(file + " holds no certificate in PEM form");
    }
    return certificates;
  }

  private PrivateKey key(String algorithm) throws IOException {
    List<byte[]> keys = blocks("PRIVATE KEY");
    if (keys.isEmpty()) {
      throw new IOException(
          file + " holds no key in PKCS#8 form; openssl pkcs8 -topk8 -nocrypt makes one");
    }
    try {
      return KeyFactory.getInstance(algorithm)
          .generatePrivate(new PKCS8EncodedKeySpec(keys.getFirst()));
    } catch (GeneralSecurityException e) {
      throw new IOException(file + " holds no " + algorithm + " key as its certificate wants", e);
    }
  }

  private List<byte[]> blocks(String kind) throws IOException {
    try {
      return PemBlocks.of(text).stream()
          .filter(block -> kind.equals(block.kind()))
          .map(PemBlocks.Block::content)
          .toList();
    } catch (IOException e) {
      throw new IOException(file + ": " + e.getMessage(), e);
    }
  }
}
