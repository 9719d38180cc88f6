package io.gantry.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.image.error.ImageException;
import io.gantry.image.manifest.Descriptor;
import io.gantry.image.reference.Digest;
import io.gantry.image.reference.ImageReference;
import io.gantry.image.registry.Destination;
import io.gantry.image.registry.RegistryAuth;
import io.gantry.image.registry.RegistryClient;
import io.gantry.image.registry.RegistrySettings;
import io.gantry.image.registry.TransferLimits;
import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an upload does with the bytes on this machine, and how long it waits for the other. */
class UploadSourceTest {

  private static final Duration ANSWER = Duration.ofSeconds(1);

  @TempDir Path folder;
  private final byte[] content = new byte[2 << 20];
  private final AtomicInteger opened = new AtomicInteger();
  private final AtomicInteger closed = new AtomicInteger();
  private UploadRegistry registry;
  private RegistryClient client;
  private Descriptor blob;

  @BeforeEach
  void start() throws IOException {
    new Random(17).nextBytes(content);
    blob = new Descriptor("x/y", Digest.ofBytes(content), content.length);
    registry = new UploadRegistry();
    client =
        new RegistryClient(
            RegistrySettings.DEFAULT.withLimits(
                new TransferLimits(ANSWER, ANSWER, ANSWER, 32 << 10, 4, 1 << 20, 1 << 20)));
  }

  @AfterEach
  void stop() {
    client.close();
    registry.close();
  }

  private boolean send(Destination.Bytes bytes) throws ImageException {
    return client
        .destination(ImageReference.parse(registry.host() + "/a/b:1"), RegistryAuth.ANONYMOUS)
        .blob(blob, () -> new Counted(bytes.open()), List.of());
  }

  private final class Counted extends FilterInputStream {
    Counted(InputStream in) {
      super(in);
      opened.incrementAndGet();
    }

    @Override
    public void close() throws IOException {
      closed.incrementAndGet();
      super.close();
    }
  }

  private long sendings() {
    return registry.requests.stream().filter(each -> each.startsWith("PUT ")).count();
  }

  @Test
  void whatever_is_opened_is_closed_however_often_it_is_cut() throws Exception {
    registry.cuts.set(3);

    assertThat(send(() -> new ByteArrayInputStream(content))).isTrue();

    assertThat(opened).hasValueGreaterThan(1);
    assertThat(closed).hasValue(opened.get());
  }

  @Test
  void a_file_that_is_gone_is_no_fault_of_the_registry() {
    Path file = folder.resolve("outgoing-1");

    assertThatThrownBy(() -> send(() -> Files.newInputStream(file)))
        .isInstanceOf(ImageException.Storage.class)
        .hasMessageContaining("blob " + blob.digest())
        .hasMessageContaining(file.toString())
        .hasCauseInstanceOf(NoSuchFileException.class)
        .satisfies(e -> assertThat(((ImageException) e).nextStep()).contains("disk"));
    assertThat(sendings()).isLessThan(2);
  }

  @Test
  void a_disk_that_fails_in_the_middle_is_told_as_such_and_not_tried_again() {
    assertThatThrownBy(() -> send(() -> new Failing(new ByteArrayInputStream(content))))
        .isInstanceOf(ImageException.Storage.class)
        .hasMessageContaining("Input/output error");
    assertThat(opened).hasValue(1);
    assertThat(closed).hasValue(1);
  }

  @Test
  void a_file_that_is_too_short_is_told_as_such() {
    assertThatThrownBy(() -> send(() -> new ByteArrayInputStream(content, 0, content.length - 7)))
        .isInstanceOf(ImageException.Storage.class)
        .hasMessageContaining("it ends 7 bytes too early");
    assertThat(closed).hasValue(opened.get());
  }

  private static final class Failing extends FilterInputStream {
    private int reads;

    Failing(InputStream in) {
      super(in);
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
      if (reads++ == 3) {
        throw new IOException("Input/output error");
      }
      return super.read(target, offset, length);
    }
  }

  /** The bytes alone would be given a minute. */
  @Test
  void a_request_without_bytes_is_not_waited_for_as_if_it_carried_the_blob() {
    registry.smallestPiece = "100";
    registry.silent = true;
    long start = System.nanoTime();

    assertThatThrownBy(() -> send(() -> new ByteArrayInputStream(content)))
        .isInstanceOf(ImageException.Unavailable.class)
        .hasMessageContaining("does not answer");

    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(20));
  }
}
