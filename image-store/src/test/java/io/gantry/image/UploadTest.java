package io.gantry.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.image.error.ImageException;
import io.gantry.image.progress.Progress;
import io.gantry.image.reference.ImageReference;
import io.gantry.image.registry.RegistryAuth;
import io.gantry.image.registry.RegistrySettings;
import io.gantry.image.registry.TransferLimits;
import io.gantry.linux.Linux;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Uploads of a blob that do not pass in one request. */
class UploadTest {

  private static final int MIB = 1 << 20;
  private static final int ATTEMPTS = 3;

  @TempDir Path folder;
  private UploadRegistry registry;
  private ImageStore store;
  private Image image;
  private final Progress progress = new Progress();

  @BeforeEach
  void open() throws IOException {
    registry = new UploadRegistry();
    Duration limit = Duration.ofSeconds(5);
    store =
        ImageStore.open(
            StoreSettings.at(folder.resolve("store"))
                .withRegistry(
                    RegistrySettings.DEFAULT.withLimits(
                        new TransferLimits(limit, limit, limit, 1024, ATTEMPTS, 1 << 20, 1 << 20))),
            Linux.syscalls());
    byte[] noise = new byte[5 * MIB / 2];
    new Random(13).nextBytes(noise);
    image =
        store
            .importArchive(
                new ByteArrayInputStream(
                    PushTest.archive(new TarBytes().file("noise", 0644, noise).bytes())),
                ImageReference.parse("mine:1"))
            .getFirst();
  }

  @AfterEach
  void close() {
    store.close();
    registry.close();
  }

  private void push() throws ImageException {
    store.push(
        image,
        ImageReference.parse(registry.host() + "/team/tool:1"),
        RegistryAuth.ANONYMOUS,
        progress);
  }

  private long size() {
    return progress.layers().getFirst().size();
  }

  /** What can be pulled arrived whole: a blob is only taken under its digest. */
  private void assertPushed() {
    assertThat(registry.content).containsKey("team/tool:1");
    assertThat(progress.layers()).allMatch(layer -> layer.bytes() == layer.size());
  }

  private long begun() {
    // The config is begun too, and the first request is challenged.
    return registry.requests.stream().filter(each -> each.startsWith("POST ")).count() - 2;
  }

  @Test
  void what_passes_goes_in_one_request() throws Exception {
    push();

    assertPushed();
    assertThat(registry.pieces).isEmpty();
    assertThat(begun()).isEqualTo(1);
  }

  @Test
  void who_names_a_size_of_pieces_gets_pieces() throws Exception {
    registry.smallestPiece = "100";

    push();

    assertPushed();
    assertThat(registry.pieces).hasSize(2).first().isEqualTo("0-" + (size() - 1));
  }

  @Test
  void a_blob_that_is_smaller_than_the_smallest_piece_goes_in_one_of_its_own_size()
      throws Exception {
    registry.smallestPiece = "999999999999999999";

    push();

    assertPushed();
    assertThat(registry.pieces).hasSize(2).first().isEqualTo("0-" + (size() - 1));
  }

  @ParameterizedTest
  @ValueSource(strings = {"5MB", "-1", "9223372036854775807", "99999999999999999999"})
  void what_is_no_size_of_pieces_is_as_if_it_was_not_said(String said) throws Exception {
    registry.smallestPiece = said;

    push();

    assertPushed();
    assertThat(registry.pieces).isEmpty();
  }

  @Test
  void a_request_that_is_too_large_goes_in_pieces_that_are_not() throws Exception {
    registry.largestRequest = MIB;

    push();

    assertPushed();
    assertThat(registry.pieces)
        .containsExactly("0-" + (MIB - 1), MIB + "-" + (2 * MIB - 1), 2 * MIB + "-" + (size() - 1));
    assertThat(begun()).isEqualTo(2);
  }

  @Test
  void who_finds_the_smallest_piece_too_large_is_told_of() {
    registry.largestRequest = 1000;

    assertThatThrownBy(this::push)
        .isInstanceOf(ImageException.Unsupported.class)
        .hasMessageContaining("answered 413 to PATCH");
    assertThat(begun()).isLessThan(5);
  }

  @Test
  void an_upload_that_is_cut_goes_on_where_it_was_cut() throws Exception {
    registry.resumes = true;
    registry.cutAfter = 700_000;
    registry.cuts.set(1);

    push();

    assertPushed();
    assertThat(registry.pieces).containsExactly("700000-" + (size() - 1));
    assertThat(begun()).isEqualTo(1);
  }

  /** With a rest to send, and with nothing left but to close it. */
  @ParameterizedTest
  @CsvSource({
    "400, 1000000",
    "404, 1000000",
    "405, 1000000",
    "416, 1000000",
    "400, 9000000",
    "404, 9000000"
  })
  void an_upload_that_is_told_of_but_not_gone_on_with_begins_anew(int status, int cutAfter)
      throws Exception {
    registry.resumes = true;
    registry.cutAfter = cutAfter;
    registry.cuts.set(1);
    registry.forgets = status;

    push();

    assertPushed();
    assertThat(registry.pieces).hasSize(cutAfter < size() ? 1 : 0);
    assertThat(begun()).isEqualTo(2);
  }

  @Test
  void what_was_never_cut_is_refused_at_once() {
    registry.smallestPiece = "100";
    registry.refusesPieces = 405;

    assertThatThrownBy(this::push)
        .isInstanceOf(ImageException.Unsupported.class)
        .hasMessageContaining("answered 405 to PATCH");
    assertThat(registry.pieces).hasSize(1);
  }

  @Test
  void an_upload_that_breaks_off_twice_where_it_went_on_begins_anew() throws Exception {
    registry.resumes = true;
    registry.cutAfter = 1_000_000;
    registry.keepsAtMost = 1_000_000;
    registry.cuts.set(3);

    push();

    assertPushed();
    assertThat(registry.pieces).hasSize(2).containsOnly("1000000-" + (size() - 1));
    assertThat(begun()).isEqualTo(2);
  }

  @Test
  void what_arrived_with_nobody_told_is_not_sent_again() throws Exception {
    registry.lost.set(1);

    push();

    assertPushed();
    assertThat(begun()).isEqualTo(1);
    assertThat(registry.requests)
        .filteredOn(each -> each.startsWith("PUT team/tool/blobs/uploads/"))
        .as("the layer and the config")
        .hasSize(2)
        .doesNotHaveDuplicates();
  }

  /** More often than one request is tried. */
  @Test
  void it_may_be_cut_as_often_as_it_comes_on() throws Exception {
    registry.resumes = true;
    registry.cutAfter = 200_000;
    registry.cuts.set(10);

    push();

    assertPushed();
    assertThat(registry.pieces).hasSize(10).contains("200000-" + (size() - 1));
    assertThat(begun()).isEqualTo(1);
  }

  @Test
  void where_nothing_is_kept_it_begins_anew() throws Exception {
    registry.cutAfter = 700_000;
    registry.cuts.set(1);

    push();

    assertPushed();
    assertThat(registry.pieces).isEmpty();
    assertThat(begun()).isEqualTo(2);
  }

  @Test
  void who_cuts_every_time_and_keeps_nothing_is_given_up() {
    registry.cuts.set(1000);

    assertThatThrownBy(this::push)
        .isInstanceOf(ImageException.Unavailable.class)
        .hasMessageContaining("after 0 of ")
        .hasMessageContaining("broke the connection");
    assertThat(registry.cuts.get()).isGreaterThan(990);
  }

  @Test
  void who_keeps_crumbs_is_given_up_too() {
    registry.resumes = true;
    registry.cutAfter = 10;
    registry.cuts.set(1000);

    assertThatThrownBy(this::push)
        .isInstanceOf(ImageException.Unavailable.class)
        .hasMessageContaining("broke the connection");
    assertThat(registry.cuts.get()).isGreaterThan(990);
    assertThat(List.copyOf(registry.pieces)).hasSizeLessThan(10);
  }
}
