package io.gantry.image.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.image.FakeRegistry;
import io.gantry.image.FakeRegistry.Fault;
import io.gantry.image.TarBytes;
import io.gantry.image.TestImage;
import io.gantry.image.error.ImageException;
import io.gantry.image.manifest.Descriptor;
import io.gantry.image.reference.ImageReference;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Endpoints that say "not now", and how long they are waited for. */
class BusyRegistryTest {

  private static final Duration ANSWER = Duration.ofSeconds(3);

  private FakeRegistry mirror;
  private FakeRegistry origin;
  private final List<Endpoint> endpoints = new ArrayList<>();
  private RegistryClient client;
  private final TestImage image = TestImage.of(new TarBytes().file("a", "b").bytes());

  @BeforeEach
  void start() throws IOException {
    mirror = new FakeRegistry();
    origin = new FakeRegistry();
    mirror.push("a/b", "1", image);
    origin.push("a/b", "1", image);
    client =
        new RegistryClient(
            RegistrySettings.DEFAULT
                .withEndpoints(registry -> endpoints)
                .withLimits(
                    new TransferLimits(
                        Duration.ofSeconds(5), ANSWER, ANSWER, 1, 3, 1 << 20, 1 << 20)));
  }

  @AfterEach
  void stop() {
    client.close();
    mirror.close();
    origin.close();
  }

  private byte[] config(FakeRegistry... asked) throws ImageException {
    endpoints.clear();
    for (FakeRegistry registry : asked) {
      endpoints.add(Endpoint.of(URI.create("http://" + registry.host()), true));
    }
    return client
        .repository(ImageReference.parse("registry.example/a/b:1"), RegistryAuth.ANONYMOUS)
        .document(new Descriptor("", image.id(), image.config.length), "image a/b");
  }

  @ParameterizedTest
  @ValueSource(ints = {408, 425, 429, 500, 502, 503, 504})
  void the_only_endpoint_is_asked_again_when_it_is_busy(int status) throws Exception {
    origin.fault(image.id(), new Fault.Status(status, 1));

    assertThat(config(origin)).isEqualTo(image.config);
    assertThat(origin.timesServed(image.id())).isEqualTo(2);
  }

  @ParameterizedTest
  @ValueSource(ints = {400, 403, 404, 405, 416, 451, 501, 505})
  void what_does_not_pass_by_itself_is_not_asked_again(int status) {
    origin.fault(image.id(), new Fault.Status(status, 100));

    assertThatThrownBy(() -> config(origin))
        .isInstanceOf(ImageException.class)
        .hasMessageContaining(
            "registry %s answered %d to GET /v2/a/b/blobs/%s: busy"
                .formatted(origin.host(), status, image.id()));
    assertThat(origin.timesServed(image.id())).isEqualTo(1);
  }

  @Test
  void tries_are_bounded() {
    origin.fault(image.id(), new Fault.Status(503, Integer.MAX_VALUE));

    assertThatThrownBy(() -> config(origin))
        .isInstanceOf(ImageException.Unavailable.class)
        .hasMessageContaining("answered 503");
    assertThat(origin.timesServed(image.id())).isEqualTo(3);
  }

  @Test
  void a_busy_endpoint_says_itself_how_long_to_wait() throws Exception {
    origin.fault(image.id(), new Fault.Busy(429, 1, "2"));
    long start = System.nanoTime();

    config(origin);

    assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThan(Duration.ofSeconds(2));
  }

  @Test
  void who_wants_to_be_left_alone_for_longer_than_there_is_time_is_not_waited_for() {
    origin.fault(image.id(), new Fault.Busy(429, 1, "3600"));

    assertThatThrownBy(() -> config(origin))
        .isInstanceOf(ImageException.Unavailable.class)
        .hasMessageContaining("answered 429")
        .hasMessageContaining("come again in 3600 s, it says");
    assertThat(origin.timesServed(image.id())).isEqualTo(1);
  }

  @Test
  void a_busy_mirror_is_not_waited_for_when_the_registry_answers() throws Exception {
    mirror.fault(image.id(), new Fault.Busy(503, 100, "2"));

    assertThat(config(mirror, origin)).isEqualTo(image.config);

    assertThat(mirror.timesServed(image.id())).isEqualTo(1);
  }

  @Test
  void a_busy_mirror_is_waited_for_when_nobody_else_has_it() throws Exception {
    mirror.fault(image.id(), new Fault.Status(503, 1));
    origin.fault(image.id(), new Fault.Status(404, 100));

    assertThat(config(mirror, origin)).isEqualTo(image.config);
  }

  @Test
  void a_refusal_names_the_image_the_endpoint_the_step_the_status_and_the_registrys_words() {
    endpoints.add(Endpoint.of(URI.create("http://" + origin.host()), true));

    assertThatThrownBy(() ->
            client
                .repository(ImageReference.parse("registry.example/a/b:2"), RegistryAuth.ANONYMOUS)
                .manifest("2", null, "image registry.example/a/b:2"))
        .hasMessage(
            "image registry.example/a/b:2: registry %s answered 404 to GET /v2/a/b/manifests/2: "
                    .formatted(origin.host())
                + "MANIFEST_UNKNOWN")
        .satisfies(
            e -> assertThat(((ImageException) e).nextStep()).contains("check the name, the tag"));
  }
}
