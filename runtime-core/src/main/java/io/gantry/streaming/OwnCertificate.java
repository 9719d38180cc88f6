package io.gantry.streaming;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;

/**
 * A certificate for this server that nobody vouches for, with a fresh key that is nowhere but in
 * memory. The JDK reads X.509 but writes none, so its few fields are put together here (RFC 5280,
 * section 4.1, in DER of ITU-T X.690).
 */
record OwnCertificate(PrivateKey key, X509Certificate certificate) {

  private static final Duration LIFE = Duration.ofDays(365);

  /** The clocks of others may be late. */
  private static final Duration BEFORE = Duration.ofHours(1);

  private static final DateTimeFormatter GENERALIZED_TIME =
      DateTimeFormatter.ofPattern("yyyyMMddHHmmss'Z'").withZone(ZoneOffset.UTC);

  private static final int SERIAL_BITS = 120;

  // Tags.
  private static final int INTEGER = 0x02;
  private static final int BIT_STRING = 0x03;
  private static final int OCTET_STRING = 0x04;
  private static final int OBJECT = 0x06;
  private static final int UTF8 = 0x0c;
  private static final int TIME = 0x18;
  private static final int SEQUENCE = 0x30;
  private static final int SET = 0x31;
  private static final int VERSION = 0xa0;
  private static final int EXTENSIONS = 0xa3;
  private static final int DNS_NAME = 0x82;
  private static final int IP_ADDRESS = 0x87;

  // Objects: ecdsa-with-SHA256, commonName, subjectAltName.
  private static final byte[] ECDSA_SHA256 = {0x2a, (byte) 0x86, 0x48, (byte) 0xce, 0x3d, 4, 3, 2};
  private static final byte[] COMMON_NAME = {0x55, 4, 3};
  private static final byte[] ALTERNATIVE_NAME = {0x55, 0x1d, 0x11};

  /**
   * @param host a name or an address
   */
  static OwnCertificate make(String host) throws GeneralSecurityException {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(new ECGenParameterSpec("secp256r1"));
    KeyPair keys = generator.generateKeyPair();
    byte[] algorithm = der(SEQUENCE, der(OBJECT, ECDSA_SHA256));
    byte[] body = body(host, keys, algorithm);
    Signature signature = Signature.getInstance("SHA256withECDSA");
    signature.initSign(keys.getPrivate());
    signature.update(body);
    byte[] whole = der(SEQUENCE, body, algorithm, bits(signature.sign()));
    X509Certificate certificate =
        (X509Certificate)
            CertificateFactory.getInstance("X.509")
                .generateCertificate(new ByteArrayInputStream(whole));
    return new OwnCertificate(keys.getPrivate(), certificate);
  }

  private static byte[] body(String host, KeyPair keys, byte[] algorithm) {
    Instant now = Instant.now();
    byte[] name =
        der(
            SEQUENCE,
            der(SET, der(SEQUENCE, der(OBJECT, COMMON_NAME), der(UTF8, utf8("gantryd " + host)))));
    byte[] life =
        der(
            SEQUENCE,
            der(TIME, utf8(GENERALIZED_TIME.format(now.minus(BEFORE)))),
            der(TIME, utf8(GENERALIZED_TIME.format(now.plus(LIFE)))));
    byte[] names = der(OCTET_STRING, der(SEQUENCE, alternative(host)));
    byte[] extensions =
        der(EXTENSIONS, der(SEQUENCE, der(SEQUENCE, der(OBJECT, ALTERNATIVE_NAME), names)));
    return der(
        SEQUENCE,
        der(VERSION, der(INTEGER, new byte[] {2})),
        der(INTEGER, new BigInteger(SERIAL_BITS, new SecureRandom()).toByteArray()),
        algorithm,
        name,
        life,
        name,
        keys.getPublic().getEncoded(),
        extensions);
  }

  private static byte[] alternative(String host) {
    if (!host.contains(":") && !host.matches("[0-9.]+")) {
      return der(DNS_NAME, utf8(host));
    }
    try {
      return der(IP_ADDRESS, InetAddress.getByName(host).getAddress());
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException("no address: " + host, e);
    }
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static byte[] bits(byte[] bytes) {
    return der(BIT_STRING, new byte[] {0}, bytes);
  }

  private static byte[] der(int tag, byte[]... parts) {
    ByteArrayOutputStream content = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      content.writeBytes(part);
    }
    int length = content.size();
    ByteArrayOutputStream whole = new ByteArrayOutputStream();
    whole.write(tag);
    if (length < 0x80) {
      whole.write(length);
    } else {
      byte[] digits = BigInteger.valueOf(length).toByteArray();
      int zeros = digits[0] == 0 ? 1 : 0;
      whole.write(0x80 | (digits.length - zeros));
      whole.write(digits, zeros, digits.length - zeros);
    }
    whole.writeBytes(content.toByteArray());
    return whole.toByteArray();
  }
}
