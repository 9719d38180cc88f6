package io.gantry.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.image.FakeRegistry.Fault;
import io.gantry.image.error.ImageException;
import io.gantry.image.reference.Digest;
import io.gantry.image.reference.ImageReference;
import io.gantry.image.registry.Endpoint;
import io.gantry.image.registry.RegistryAuth;
import io.gantry.image.registry.RegistrySettings;
import io.gantry.image.registry.TransferLimits;
import io.gantry.linux.Linux;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Pulls through a mirror that is dead, slow or lies, with the registry itself behind it. */
class BadMirrorTest {

  private static final int ATTEMPTS = 2;
  private static final Duration ANSWER = Duration.ofSeconds(3);
  private static final Duration STALL = Duration.ofMillis(700);
  private static final int LEAST_BYTES_PER_SECOND = 20_000;

  @TempDir Path root;
  private FakeRegistry mirror;
  private FakeRegistry origin;
  private List<URI> addresses;
  private ImageStore store;
  private final byte[] noise = new byte[200_000];
  private TestImage image;
  private Digest layer;
  private byte[] blob;

  @BeforeEach
  void start() throws IOException {
    new Random(7).nextBytes(noise);
    byte[] tar = new TarBytes().file("noise", 0644, noise).bytes();
    image = TestImage.of(tar);
    blob = TestImage.gzip(tar);
    layer = Digest.ofBytes(blob);
    mirror = new FakeRegistry();
    origin = new FakeRegistry();
    mirror.push("a/b", "1", image);
    origin.push("a/b", "1", image);
    addresses = List.of(address(mirror.host()), address(origin.host()));
    store =
        ImageStore.open(
            StoreSettings.at(root.resolve("store"))
                .withRegistry(
                    RegistrySettings.DEFAULT
                        .withEndpoints(registry ->
                            addresses.stream().map(uri -> Endpoint.of(uri, true)).toList())
                        .withLimits(
                            new TransferLimits(
                                Duration.ofSeconds(5),
                                ANSWER,
                                STALL,
                                LEAST_BYTES_PER_SECOND,
                                ATTEMPTS,
                                1 << 20,
                                1 << 20))),
            Linux.syscalls());
  }

  @AfterEach
  void stop() {
    store.close();
    mirror.close();
    origin.close();
  }

  private static URI address(String host) {
    return URI.create("http://" + host);
  }

  private void assertPulled() throws ImageException {
    Image pulled =
        store.pull(ImageReference.parse("registry.example/a/b:1"), RegistryAuth.ANONYMOUS);
    assertThat(store.layers(pulled).getFirst().resolve("noise")).hasBinaryContent(noise);
  }

  @Test
  void that_refuses_connections_is_passed_over() throws Exception {
    mirror.close();

    assertPulled();
  }

  @Test
  void that_accepts_and_never_answers_is_waited_for_once_and_not_by_the_next_pull()
      throws Exception {
    try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      addresses = List.of(address("127.0.0.1:" + silent.getLocalPort()), address(origin.host()));

      assertPulled();
      store.remove(image.id());
      assertPulled();

      assertThat(connections(silent)).isEqualTo(1);
    }
  }

  /** Nobody took them, so they all wait in the backlog. */
  private static int connections(ServerSocket silent) throws IOException {
    silent.setSoTimeout(100);
    for (int count = 0; ; count++) {
      try {
        silent.accept().close();
      } catch (SocketTimeoutException e) {
        return count;
      }
    }
  }

  @Test
  void that_trickles_is_left_where_it_is_and_the_next_one_goes_on_by_range() throws Exception {
    mirror.fault(layer, new Fault.Trickle(100, 20));

    assertPulled();

    assertThat(mirror.timesServed(layer)).isEqualTo(1);
    assertThat(origin.ranges(layer))
        .singleElement()
        .asString()
        .matches("bytes=\\d+-")
        .isNotEqualTo("bytes=0-");
  }

  @Test
  void that_gives_other_bytes_of_the_same_length_is_asked_for_nothing_more() throws Exception {
    mirror.fault(layer, new Fault.Flipped());

    assertPulled();

    assertThat(mirror.timesServed(layer)).isEqualTo(1);
    assertThat(origin.ranges(layer)).containsExactly("");
  }

  @Test
  void that_offers_another_length_is_believed_nothing() throws Exception {
    mirror.fault(layer, new Fault.Truncated(100));

    assertPulled();

    assertThat(origin.timesServed(layer)).isEqualTo(1);
  }

  @Test
  void that_gives_too_much_or_too_little_without_saying_so_before_is_found_out() throws Exception {
    for (int length : new int[] {0, 1, blob.length / 2, blob.length + 1, blob.length * 2}) {
      mirror.fault(layer, new Fault.Chunked(Arrays.copyOf(blob, length)));

      assertPulled();

      store.remove(image.id());
    }
    mirror.fault(layer, new Fault.Chunked(TestImage.text("<html>please log in</html>")));
    assertPulled();
  }

  @Test
  void that_lies_about_a_config_or_a_manifest_is_passed_over() throws Exception {
    mirror.fault(image.id(), new Fault.Flipped());
    assertPulled();
    store.remove(image.id());

    mirror.manifestLie("a/b", image.digest().toString(), new byte[] {'{', '}'}, "");
    store.pull(
        ImageReference.parse("registry.example/a/b@" + image.digest()), RegistryAuth.ANONYMOUS);
  }

  /** What was on its way when a connection broke may be lost with it, and is asked for again. */
  private static int start(String range) {
    return range.isEmpty() ? 0 : Integer.parseInt(range.replaceAll("\\D", ""));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100})
  void that_cuts_every_connection_at_some_percentage_is_followed_by_the_next_one(int percent)
      throws Exception {
    int bytes = (int) ((long) blob.length * percent / 100);
    mirror.fault(layer, new Fault.Cut(bytes, Integer.MAX_VALUE));

    assertPulled();

    // Whoever brings a twentieth has all tries again.
    assertThat(mirror.timesServed(layer)).isLessThanOrEqualTo(20 + 2 * ATTEMPTS);
    assertThat(origin.ranges(layer)).hasSizeBetween(percent == 100 ? 0 : 1, 1);
    origin.ranges(layer).forEach(range -> assertThat(start(range)).isBetween(0, bytes));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 10, 20, 30, 40, 50, 60, 70, 80, 90})
  void and_the_registry_itself_may_cut_a_connection_anywhere(int percent) throws Exception {
    addresses = List.of(address(origin.host()));
    int bytes = blob.length * percent / 100;
    origin.fault(layer, new Fault.Cut(bytes, 1));

    assertPulled();

    assertThat(origin.ranges(layer)).hasSize(2);
    assertThat(start(origin.ranges(layer).getLast())).isBetween(0, bytes);
  }

  @Test
  void and_the_registry_itself_may_cut_each_connection_after_a_tenth() throws Exception {
    addresses = List.of(address(origin.host()));
    origin.fault(layer, new Fault.Crumbs(blob.length / 10 + 1));

    assertPulled();

    assertThat(origin.timesServed(layer)).isBetween(10, 20);
    assertThat(start(origin.ranges(layer).getLast())).isGreaterThan(blob.length * 4 / 5);
  }

  @Test
  void and_the_registry_itself_may_know_no_ranges() throws Exception {
    addresses = List.of(address(origin.host()));
    origin.fault(layer, new Fault.Rangeless(blob.length / 2));

    assertPulled();

    assertThat(origin.ranges(layer)).hasSize(2);
  }

  @Test
  void when_all_lie_the_pull_fails_and_says_what_was_wrong() throws Exception {
    mirror.fault(layer, new Fault.Flipped());
    origin.fault(layer, new Fault.Flipped());

    assertThatThrownBy(this::assertPulled)
        .isInstanceOf(ImageException.Corrupt.class)
        .hasMessageContaining("wrong digest");
    assertThat(mirror.timesServed(layer)).isEqualTo(1);
    assertThat(origin.timesServed(layer)).isEqualTo(1);
    assertThat(store.list()).isEmpty();
  }

  @Test
  void an_image_that_is_damaged_itself_is_fetched_once_and_not_from_everybody() throws Exception {
    byte[] noTar = TestImage.text("x".repeat(1000));
    Digest wrong = Digest.ofBytes(noTar);
    TestImage damaged = TestImage.withLayer(noTar);
    mirror.push("a/b", "1", damaged);
    origin.push("a/b", "1", damaged);

    assertThatThrownBy(this::assertPulled).isInstanceOf(ImageException.Corrupt.class);

    assertThat(mirror.timesServed(wrong)).isEqualTo(1);
    assertThat(origin.timesServed(wrong)).isZero();
  }
}
