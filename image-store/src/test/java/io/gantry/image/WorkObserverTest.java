package io.gantry.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.image.FakeRegistry.Fault;
import io.gantry.image.content.LayerChoice;
import io.gantry.image.error.ImageException;
import io.gantry.image.progress.Outcome;
import io.gantry.image.progress.WorkObserver;
import io.gantry.image.reference.Digest;
import io.gantry.image.reference.ImageReference;
import io.gantry.image.registry.Endpoint;
import io.gantry.image.registry.RegistryAuth;
import io.gantry.image.registry.RegistrySettings;
import io.gantry.image.registry.TransferLimits;
import io.gantry.linux.Linux;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the store tells of what it does. */
class WorkObserverTest {

  /** Writes down what it is told. */
  private static final class Notes implements WorkObserver {
    final List<String> works = Collections.synchronizedList(new ArrayList<>());
    final AtomicLong received = new AtomicLong();
    final AtomicLong sent = new AtomicLong();
    final AtomicLong unpacked = new AtomicLong();
    final AtomicInteger layersBegun = new AtomicInteger();
    final AtomicInteger layersUnpacked = new AtomicInteger();
    final AtomicInteger layersEnded = new AtomicInteger();
    final AtomicInteger retries = new AtomicInteger();
    final AtomicInteger turns = new AtomicInteger();

    @Override
    public void began(Work work) {
      works.add("began " + work);
    }

    @Override
    public void ended(Work work, Outcome outcome, Duration took) {
      works.add("ended " + work + " " + outcome);
    }

    @Override
    public void received(long bytes) {
      received.addAndGet(bytes);
    }

    @Override
    public void sent(long bytes) {
      sent.addAndGet(bytes);
    }

    @Override
    public void layerBegan() {
      layersBegun.incrementAndGet();
    }

    @Override
    public void layerUnpacked(long bytes) {
      layersUnpacked.incrementAndGet();
      unpacked.addAndGet(bytes);
    }

    @Override
    public void layerEnded() {
      layersEnded.incrementAndGet();
    }

    @Override
    public void retried() {
      retries.incrementAndGet();
    }

    @Override
    public void turned() {
      turns.incrementAndGet();
    }
  }

  @TempDir Path root;
  private final Notes notes = new Notes();
  private final byte[] noise = new byte[200_000];
  private FakeRegistry mirror;
  private FakeRegistry origin;
  private List<URI> addresses;
  private ImageStore store;
  private byte[] blob;
  private Digest layer;
  private TestImage image;

  @BeforeEach
  void start() throws IOException {
    new Random(11).nextBytes(noise);
    byte[] tar = new TarBytes().file("noise", 0644, noise).bytes();
    image = TestImage.of(tar);
    blob = TestImage.gzip(tar);
    layer = Digest.ofBytes(blob);
    mirror = new FakeRegistry();
    origin = new FakeRegistry();
    mirror.push("a/b", "1", image);
    origin.push("a/b", "1", image);
    addresses = List.of(URI.create("http://" + origin.host()));
    Duration limit = Duration.ofSeconds(3);
    store =
        ImageStore.open(
            StoreSettings.at(root.resolve("store"))
                .withRegistry(
                    RegistrySettings.DEFAULT
                        .withEndpoints(registry ->
                            addresses.stream().map(uri -> Endpoint.of(uri, true)).toList())
                        .withLimits(
                            new TransferLimits(limit, limit, limit, 1, 2, 1 << 20, 1 << 20))),
            Linux.syscalls(),
            LayerChoice.DIRECTORIES,
            notes);
  }

  @AfterEach
  void stop() {
    store.close();
    mirror.close();
    origin.close();
  }

  private Image pull(String tag) throws ImageException {
    return store.pull(ImageReference.parse("registry.example/a/b:" + tag), RegistryAuth.ANONYMOUS);
  }

  private void throughTheMirror() {
    addresses =
        List.of(URI.create("http://" + mirror.host()), URI.create("http://" + origin.host()));
  }

  @Test
  void a_pull_is_told_from_its_beginning_to_its_end_with_what_came() throws Exception {
    pull("1");

    assertThat(notes.works).containsExactly("began PULL", "ended PULL DONE");
    assertThat(notes.received).hasValue(blob.length);
    assertThat(notes.unpacked.get()).isGreaterThanOrEqualTo(noise.length);
    assertThat(notes.layersBegun).hasValue(1);
    assertThat(notes.layersUnpacked).hasValue(1);
    assertThat(notes.layersEnded).hasValue(1);
    assertThat(notes.retries).hasValue(0);
    assertThat(notes.turns).hasValue(0);
  }

  @Test
  void a_pull_of_what_is_here_has_an_outcome_of_its_own_and_brings_nothing() throws Exception {
    pull("1");
    notes.works.clear();

    pull("1");

    assertThat(notes.works).containsExactly("began PULL", "ended PULL UNCHANGED");
    assertThat(notes.received).hasValue(blob.length);
  }

  @Test
  void a_failure_is_told_by_its_kind() {
    assertThatThrownBy(() -> pull("2")).isInstanceOf(ImageException.NotFound.class);

    assertThat(notes.works).containsExactly("began PULL", "ended PULL NOT_FOUND");
  }

  @Test
  void a_layer_that_fails_has_begun_and_ended_and_was_not_unpacked() {
    origin.fault(layer, new Fault.Flipped());

    assertThatThrownBy(() -> pull("1")).isInstanceOf(ImageException.Corrupt.class);

    assertThat(notes.layersBegun.get()).isPositive().isEqualTo(notes.layersEnded.get());
    assertThat(notes.layersUnpacked).hasValue(0);
    assertThat(notes.works).endsWith("ended PULL CORRUPT");
  }

  @Test
  void a_busy_registry_is_a_retry() throws Exception {
    origin.fault(layer, new Fault.Status(503, 1));

    pull("1");

    assertThat(notes.retries).hasValue(1);
    assertThat(notes.turns).hasValue(0);
  }

  @Test
  void a_connection_that_breaks_is_a_retry_and_no_byte_counts_twice() throws Exception {
    origin.fault(layer, new Fault.Cut(blob.length / 2, 1));

    pull("1");

    assertThat(notes.retries).hasValue(1);
    assertThat(notes.turns).hasValue(0);
    assertThat(notes.received).hasValue(blob.length);
  }

  @Test
  void a_mirror_that_is_dead_is_a_turn_for_the_first_question_only() throws Exception {
    mirror.close();
    throughTheMirror();

    pull("1");

    assertThat(notes.turns).hasValue(1);
  }

  @Test
  void a_mirror_that_lies_is_a_turn_and_its_bytes_count_as_received() throws Exception {
    throughTheMirror();
    mirror.fault(layer, new Fault.Flipped());

    pull("1");

    assertThat(notes.turns).hasValue(1);
    assertThat(notes.received).hasValue(2L * blob.length);
  }

  @Test
  void an_import_is_told_and_nothing_comes_from_a_registry() throws Exception {
    store.importArchive(
        new ByteArrayInputStream(PushTest.archive(new TarBytes().file("a", "b").bytes())),
        ImageReference.parse("mine:1"));

    assertThat(notes.works).containsExactly("began IMPORT", "ended IMPORT DONE");
    assertThat(notes.layersUnpacked).hasValue(1);
    assertThat(notes.received).hasValue(0);
  }

  @Test
  void an_export_is_told_when_it_was_taken() throws Exception {
    Image pulled = pull("1");
    notes.works.clear();
    try (ImageExport export = exported(pulled)) {
      assertThat(notes.works).containsExactly("began EXPORT");
      assertThat(export.layerBytes()).isGreaterThan(noise.length);
      export.writeTo(OutputStream.nullOutputStream());
    }

    assertThat(notes.works).containsExactly("began EXPORT", "ended EXPORT DONE");
  }

  @Test
  void an_export_that_nobody_takes_is_told_as_given_up() throws Exception {
    Image pulled = pull("1");
    notes.works.clear();
    exported(pulled).close();
    try (ImageExport export = exported(pulled)) {
      OutputStream full =
          new OutputStream() {
            @Override
            public void write(int b) throws IOException {
              throw new IOException("the client hung up");
            }
          };
      assertThatThrownBy(() -> export.writeTo(full)).hasMessage("the client hung up");
    }

    assertThat(notes.works)
        .containsExactly(
            "began EXPORT", "ended EXPORT CANCELLED", "began EXPORT", "ended EXPORT CANCELLED");
  }

  private ImageExport exported(Image image) throws ImageException {
    return store.export(List.of(new ImageExport.Wanted(image, List.of())));
  }

  @Test
  void an_import_of_nonsense_is_told_as_a_failure() {
    assertThatThrownBy(
            () -> store.importArchive(new ByteArrayInputStream(new byte[] {1, 2, 3}), null))
        .isInstanceOf(ImageException.class);

    assertThat(notes.works).hasSize(2).first().isEqualTo("began IMPORT");
    assertThat(notes.works.getLast()).startsWith("ended IMPORT ").doesNotEndWith("DONE");
  }

  @Test
  void a_push_is_told_with_the_bytes_that_were_taken() throws Exception {
    Image pulled = pull("1");
    notes.works.clear();
    try (UploadRegistry target = new UploadRegistry()) {
      addresses = List.of(URI.create("http://" + target.host()));

      store.push(pulled, ImageReference.parse("registry.example/c/d:1"), RegistryAuth.ANONYMOUS);

      assertThat(notes.works).containsExactly("began PUSH", "ended PUSH DONE");
      assertThat(notes.sent.get()).isGreaterThan(noise.length);
    }
  }

  @Test
  void a_fault_of_the_program_is_told_as_such_whatever_was_known_before() {
    assertThatThrownBy(() ->
            WorkReport.of(
                notes,
                WorkObserver.Work.PULL,
                "image",
                report -> {
                  report.unchanged();
                  throw new ArithmeticException("overflow");
                }))
        .isInstanceOf(ArithmeticException.class);

    assertThat(notes.works).containsExactly("began PULL", "ended PULL BROKEN");
  }
}
