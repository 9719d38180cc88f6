package io.gantry.image.signature;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.image.error.ImageException;
import io.gantry.image.reference.ImageReference;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ScopeTest {

  private static final String HEX = "0123456789abcdef".repeat(4);

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          busybox | docker.io/library/busybox:latest docker.io/library/busybox docker.io/library docker.io *.io
          a.b.example:5000/c/d:1 | a.b.example:5000/c/d:1 a.b.example:5000/c/d a.b.example:5000/c a.b.example:5000 *.b.example *.example
          localhost:5000/c:1 | localhost:5000/c:1 localhost:5000/c localhost:5000
          [::1]:5000/c:1 | [::1]:5000/c:1 [::1]:5000/c [::1]:5000
          a.example/c@sha256:HEX | a.example/c@sha256:HEX a.example/c a.example *.example
          a.example/c:1@sha256:HEX | a.example/c@sha256:HEX a.example/c a.example *.example
          """)
  void anImageIsInTheseFromTheMostSpecificOn(String image, String scopes) throws ImageException {
    assertThat(Scope.of(ImageReference.parse(image.replace("HEX", HEX))))
        .containsExactly((scopes.replace("HEX", HEX) + " ").split(" ", -1));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "docker.io",
        "docker.io/openshift",
        "docker.io/library/busybox",
        "docker.io/library/busybox:1.36",
        "a.example:5000",
        "a.example:5000/b/c",
        "a.example/b@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
        "localhost/a",
        "*.example",
        "*.b.example"
      })
  void theseCanMatch(String scope) {
    assertThat(Scope.objection(scope)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          busybox | it can match nothing; write it in full, as docker.io/library/busybox
          docker.io/busybox:1 | it can match nothing; write it in full, as docker.io/library/busybox:1
          openshift/origin | it can match nothing; write it in full, as docker.io/openshift/origin
          index.docker.io/library/busybox | it can match nothing; write it in full, as docker.io/library/busybox
          a.example/b:1@sha256:HEX | it can match nothing; write it in full, as a.example/b@sha256:HEX
          a.example/ | it can match nothing: the repository name has an empty part
          https://a.example | it can match nothing: the port of registry https: is not a number from 1 to 65535
          a.example/B | it can match nothing: the repository name B must be lower case
          a*.example/b | it can match nothing: registry a*.example is not a host name or address
          *.example/b | a pattern is *. and a domain without a port
          *.example:5000 | a pattern is *. and a domain without a port
          *.*.example | a pattern is *. and a domain without a port
          *. | a pattern is *. and a domain without a port
          * | it can match nothing: the part * of the repository name may hold a-z, 0-9 and single . _ __ or dashes between them
          """)
  void theseCannotAndAreToldWhy(String scope, String objection) {
    assertThat(Scope.objection(scope.replace("HEX", HEX))).isEqualTo(objection.replace("HEX", HEX));
  }
}
