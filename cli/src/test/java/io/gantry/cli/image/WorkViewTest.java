package io.gantry.cli.image;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.api.gantry.v1.LayerState;
import io.gantry.api.gantry.v1.LayerState.Stage;
import io.gantry.cli.session.Console;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.Test;

class WorkViewTest {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  private WorkView view(boolean live) {
    return new WorkView(
        new Console(
            InputStream.nullInputStream(),
            new PrintStream(out, false, UTF_8),
            new PrintStream(err, false, UTF_8),
            InstantSource.system(),
            live),
        "is here already");
  }

  private static LayerState layer(int index, Stage stage, long bytes) {
    return LayerState.newBuilder()
        .setIndex(index)
        .setDigest("sha256:" + Integer.toString(index).repeat(64))
        .setSize(100_000_000)
        .setBytes(bytes)
        .setStage(stage)
        .build();
  }

  @Test
  void withoutATerminalEachLayerGetsOneLineWhenItIsThere() {
    var view = view(false);
    view.show(List.of(layer(0, Stage.PRESENT, 0), layer(1, Stage.WAITING, 0)));
    view.show(List.of(layer(1, Stage.DOWNLOADING, 50_000_000)));
    view.show(List.of(layer(1, Stage.DONE, 100_000_000)));
    view.show(List.of(layer(1, Stage.DONE, 100_000_000)));
    view.end();

    assertThat(err.toString(UTF_8))
        .isEqualTo("layer 000000000000: is here already (1/2)\nlayer 111111111111: 100MB (2/2)\n");
    assertThat(out.toString(UTF_8)).isEmpty();
  }

  @Test
  void onATerminalBarsAreDrawnOverTheLastOnesAndGoAtTheEnd() {
    var view = view(true);
    view.show(List.of(layer(0, Stage.DOWNLOADING, 50_000_000), layer(1, Stage.WAITING, 0)));
    var first = err.toString(UTF_8).lines().toList();
    err.reset();

    assertThat(first)
        .containsExactly(
            "000000000000   [" + "=".repeat(15) + ">" + " ".repeat(14) + "] 50MB / 100MB",
            "0/2 layers     [" + "=".repeat(7) + ">" + " ".repeat(22) + "] 50MB / 200MB");

    view.show(List.of(layer(0, Stage.DONE, 100_000_000)));
    assertThat(err.toString(UTF_8)).startsWith("\u001b[2A\r\u001b[J").contains("1/2 layers");
    err.reset();
    view.end();
    assertThat(err.toString(UTF_8)).isEqualTo("\u001b[1A\r\u001b[J");
  }

  @Test
  void whatIsPackedAndSentIsToldAsSuch() {
    var view = view(true);
    view.show(List.of(layer(0, Stage.PACKING, 0), layer(1, Stage.SENDING, 50_000_000)));

    assertThat(err.toString(UTF_8).lines())
        .containsExactly(
            "000000000000   [>" + " ".repeat(29) + "] packing",
            "111111111111   [" + "=".repeat(15) + ">" + " ".repeat(14) + "] 50MB / 100MB",
            "0/2 layers     [" + "=".repeat(7) + ">" + " ".repeat(22) + "] 50MB / 200MB");
  }

  @Test
  void anArchiveHasABarWhileItIsSentAndALineElsewhere() {
    var bars = view(true);
    bars.moved(50_000_000, 100_000_000);
    assertThat(err.toString(UTF_8).lines())
        .containsExactly(
            "archive        [" + "=".repeat(15) + ">" + " ".repeat(14) + "] 50MB / 100MB");
    err.reset();
    bars.moved(51_000_000, 100_000_000);
    assertThat(err.toString(UTF_8)).as("ten times a second").isEmpty();

    var unknown = view(true);
    unknown.moved(50_000_000, 0);
    assertThat(err.toString(UTF_8)).endsWith("[>" + " ".repeat(29) + "] 50MB\n");
    err.reset();

    var lines = view(false);
    lines.moved(1, 100_000_000);
    lines.sent(100_000_000);
    assertThat(err.toString(UTF_8)).isEqualTo("archive: 100MB\n");
  }

  @Test
  void aHugeImageDrawsNoMoreThanAScreen() {
    var view = view(true);
    for (int i = 0; i < 1000; i++) {
      view.show(List.of(layer(i, Stage.DOWNLOADING, 1)));
    }
    err.reset();
    view.show(List.of(layer(0, Stage.DOWNLOADING, 2)));

    assertThat(err.toString(UTF_8).lines())
        .hasSizeLessThan(11)
        .allMatch(line -> line.length() < 80);
  }
}
