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
    registry.smallestPiece = 100;

    push();

    assertPushed();
    assertThat(registry.pieces).hasSize(2).first().isEqualTo("0-" + (size() - 1));
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
