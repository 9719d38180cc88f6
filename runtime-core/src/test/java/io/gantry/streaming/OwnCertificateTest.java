package io.gantry.streaming;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.cert.X509Certificate;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OwnCertificateTest {

  @ParameterizedTest
  @CsvSource({
    "192.0.2.7, 7, 192.0.2.7",
    "node.example, 2, node.example",
    "::1, 7, 0:0:0:0:0:0:0:1"
  })
  void isForItsHostAndSignedByItself(String host, int kind, String name) throws Exception {
    X509Certificate certificate = OwnCertificate.make(host).certificate();

    certificate.verify(certificate.getPublicKey());
    certificate.checkValidity();
    assertThat(certificate.getSubjectAlternativeNames()).containsExactly(List.of(kind, name));
  }

  @Test
  void eachHasAKeyOfItsOwn() throws Exception {
    assertThat(OwnCertificate.make("a").certificate().getPublicKey())
        .isNotEqualTo(OwnCertificate.make("a").certificate().getPublicKey());
  }
}
