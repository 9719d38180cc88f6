package io.gantry.image.reference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.image.error.ImageException;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ImageReferenceTest {

  private static final String SHA =
      "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

  @ParameterizedTest
  @CsvSource({
    "busybox, docker.io/library/busybox:latest",
    "busybox:1.36, docker.io/library/busybox:1.36",
    "jane/tool, docker.io/jane/tool:latest",
    "docker.io/busybox, docker.io/library/busybox:latest",
    "index.docker.io/busybox:1, docker.io/library/busybox:1",
    "localhost/x, localhost/x:latest",
    "localhost:5000/x, localhost:5000/x:latest",
    "local/x, docker.io/local/x:latest",
    "127.0.0.1:5000/a/b/c:v1, 127.0.0.1:5000/a/b/c:v1",
    "[::1]:5000/x, [::1]:5000/x:latest",
    "[2001:db8::1]/x:1, [2001:db8::1]/x:1",
    "registry.example.com/a__b/c-d---e.f:_x.Y-z, registry.example.com/a__b/c-d---e.f:_x.Y-z",
    "Host/x, Host/x:latest",
    "registry:80/x, registry:80/x:latest",
  })
  void fills_in_what_docker_fills_in(String written, String meant) throws Exception {
    assertThat(ImageReference.parse(written)).hasToString(meant);
    assertThat(ImageReference.parse(meant)).isEqualTo(ImageReference.parse(written));
  }

  @Test
  void a_digest_needs_no_tag_and_beats_it() throws Exception {
    ImageReference bare = ImageReference.parse("busybox@" + SHA);
    ImageReference both = ImageReference.parse("localhost:5000/a:v1@" + SHA);

    assertThat(bare.tag()).isNull();
    assertThat(bare).hasToString("docker.io/library/busybox@" + SHA);
    assertThat(both.tagOrDigest()).isEqualTo(SHA);
    assertThat(both.repoTag()).isNull();
    assertThat(both).hasToString("localhost:5000/a:v1@" + SHA);
  }

  @ParameterizedTest
  @CsvSource({
    "'', empty",
    "':v1', repository name is missing",
    "'x:', tag",
    "'x:-a', tag",
    "'x:a b', tag",
    "'UPPER', lower case",
    "'a/UPPER', lower case",
    "'a//b', empty part",
    "'/a', empty part",
    "'a/', empty part",
    "'a/.b', may hold",
    "'a/b..c', may hold",
    "'a/b___c', may hold",
    "'a/b-', may hold",
    "'localhost:x/a', port",
    "'localhost:0/a', port",
    "'localhost:70000/a', port",
    "'-bad-.com/a', host name",
    "'[::1/a', host name",
    "'x@sha256:12', 64 hex digits",
    "'x@md5:12', sha256 or sha512",
    "'x@', sha256:",
    "'../../etc/passwd', host name",
    "'0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef', image id",
    "'a b', may hold",
  })
  void says_what_is_wrong(String written, String why) {
    assertThatThrownBy(() -> ImageReference.parse(written))
        .isInstanceOf(ImageException.Invalid.class)
        .hasMessageContaining(why);
  }

  @ParameterizedTest
  @ValueSource(ints = {128, 129})
  void a_tag_has_at_most_128_characters(int length) {
    String written = "x:" + "a".repeat(length);
    if (length <= 128) {
      assertThat(written).satisfies(ImageReference::parse);
    } else {
      assertThatThrownBy(() -> ImageReference.parse(written))
          .isInstanceOf(ImageException.Invalid.class);
    }
  }

  @Test
  void a_name_has_at_most_255_characters() {
    assertThatThrownBy(() -> ImageReference.parse("localhost/" + "a".repeat(250)))
        .hasMessageContaining("255");
  }

  @Test
  void whatever_it_accepts_it_reads_back_the_same() {
    long seed = 20261122L;
    RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
    String alphabet = "ab0.:/-_@A[]% \u00e9\0";
    int accepted = 0;
    for (int i = 0; i < 40_000; i++) {
      StringBuilder text = new StringBuilder();
      int length = random.nextInt(1, 12);
      for (int j = 0; j < length; j++) {
        text.append(alphabet.charAt(random.nextInt(alphabet.length())));
      }
      try {
        ImageReference reference = ImageReference.parse(text.toString());
        accepted++;
        assertThat(ImageReference.parse(reference.toString()))
            .as("seed %d, text %s", seed, text)
            .isEqualTo(reference);
      } catch (ImageException.Invalid e) {
        assertThat(e.reason()).isNotBlank();
      } catch (ImageException e) {
        throw new AssertionError("seed " + seed + ", text " + text, e);
      }
    }
    assertThat(accepted).isGreaterThan(300);
  }
}
