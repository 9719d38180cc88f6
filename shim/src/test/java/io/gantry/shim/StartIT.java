package io.gantry.shim;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

@ParameterizedClass
@EnumSource(Binary.class)
class StartIT {

  private final Box box;

  StartIT(Binary binary) throws IOException {
    box = new Box(binary);
  }

  @AfterEach
  void close() throws IOException {
    box.close();
  }

  @Test
  void startsLogsAndRecordsTheExit() throws IOException {
    Box.Container container = box.sh("echo hello; echo oops >&2; exit 3");

    ShimStatus.Running running = container.started();
    ExitStatus exit = container.exit();

    assertThat(exit.code()).isEqualTo(3);
    assertThat(exit.pid()).isEqualTo(running.pid());
    assertThat(exit.startedAt()).isBefore(exit.finishedAt());
    assertThat(container.logged()).containsExactlyInAnyOrder("stdout F hello", "stderr F oops");
    assertThat(ExitRecord.read(container.run())).contains(new ShimStatus.Exited(exit));
  }

  @Test
  void runsAnExec() throws IOException {
    Box.Container container = box.sh("sleep 1000");
    container.started();

    ExecResult result = container.exec("sh", "-c", "echo out; echo err >&2; exit 7");

    assertThat(Box.text(result.stdout())).isEqualTo("out\n");
    assertThat(Box.text(result.stderr())).isEqualTo("err\n");
    assertThat(result.exitCode()).isEqualTo(7);
  }
}
