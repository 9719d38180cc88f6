package io.gantry.shim;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.linux.Namespace;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** What a container or a broken client could try against the shim. */
@ParameterizedClass
@EnumSource(Binary.class)
class HostileIT {

  private static final long SEED = 42;

  private final Box box;

  HostileIT(Binary binary) throws IOException {
    box = new Box(binary);
  }

  @AfterEach
  void close() throws IOException {
    box.close();
  }

  @Test
  void theShimItselfIsNotInTheContainersView() throws IOException {
    Box.Container container = box.sh("sleep 1000");
    container.started();

    assertThat(Box.text(container.exec("sh", "-c", "grep -l gantry /proc/[0-9]*/comm").stdout()))
        .isEmpty();
  }

  @Test
  void theShimCannotBeDumpedAndBlocksAllSignals() throws IOException {
    Box.Container container = box.sh("sleep 1000");
    container.started();
    Path shim = Path.of("/proc/" + container.shim().pid().orElseThrow());

    assertThat(blocked(shim)).contains(1, 2, 3, 13, 15, 17);
    box.calls.kill(container.shim().pid().orElseThrow(), 15);
    box.calls.kill(container.shim().pid().orElseThrow(), 1);

    assertThat(container.exec("true").exitCode()).isZero();
  }

  private static List<Integer> blocked(Path process) throws IOException {
    String line =
        Files.readAllLines(process.resolve("status")).stream()
            .filter(each -> each.startsWith("SigBlk:"))
            .findFirst()
            .orElseThrow();
    long mask = Long.parseUnsignedLong(line.substring(8), 16);
    return IntStream.rangeClosed(1, 64).filter(n -> (mask >>> (n - 1) & 1) == 1).boxed().toList();
  }

  @Test
  void aLinkAsWorkingDirectoryDoesNotLeadOut() throws IOException {
    for (int fd = 3; fd < 12; fd++) {
      Box.Container container =
          box.start(
              box.plan()
                  .pivot()
                  .chdirExisting("/proc/self/fd/" + fd)
                  .exec(List.of("sh", "-c", "ls ../../../.."), Box.ENVIRONMENT));
      assertThat(container.shim().exited())
          .failsWithin(Box.SOON)
          .withThrowableThat()
          .withMessageContaining("chdir /proc/self/fd/");
    }
  }

  @Test
  void garbageOnTheSocketHarmsNobody() throws IOException {
    Box.Container container = box.sh("sleep 1000");
    container.started();
    Random random = new Random(SEED);

    for (int round = 0; round < 300; round++) {
      byte[] garbage = new byte[random.nextInt(200)];
      random.nextBytes(garbage);
      if (garbage.length > 8) {
        garbage[1] = garbage[2] = garbage[3] = 0;
        garbage[4] = (byte) random.nextInt(8);
        garbage[5] = garbage[6] = garbage[7] = 0;
      }
      send(container, garbage);
    }

    assertThat(container.exec("true").exitCode()).isZero();
  }

  @Test
  void brokenPlansOfExecsAreRefusedByTheShim() throws IOException {
    Box.Container container = box.sh("sleep 1000");
    container.started();
    Random random = new Random(SEED);
    byte[] whole = Shim.request(Box.execPlan("true"), Duration.ofSeconds(1)).encode().array();

    for (int round = 0; round < 200; round++) {
      byte[] damaged = whole.clone();
      damaged[16 + random.nextInt(damaged.length - 16)] = (byte) random.nextInt();
      send(container, damaged);
    }

    assertThat(container.exec("true").exitCode()).isZero();
  }

  private static void send(Box.Container container, byte[] bytes) throws IOException {
    Path socket = container.run().resolve(Shim.SOCKET);
    try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
      channel.write(ByteBuffer.wrap(bytes));
    }
  }

  @Test
  void moreClientsThanPlacesAreServedInTurn() throws IOException {
    Box.Container container = box.sh("sleep 1000");
    container.started();
    List<ShimConnection> idle = new java.util.ArrayList<>();
    for (int i = 0; i < 80; i++) {
      idle.add(ShimConnection.open(container.run().resolve(Shim.SOCKET)));
    }
    for (ShimConnection connection : idle) {
      connection.close();
    }

    assertThat(container.exec("true").exitCode()).isZero();
  }

  @Test
  void aSharedUserNamespaceIsNotEnteredTwice() throws IOException {
    Box.Container container =
        box.start(
            box.plan()
                .cloneInto(Set.of(Namespace.MNT, Namespace.PID, Namespace.IPC))
                .pivot()
                .exec(List.of("sleep", "1000"), Box.ENVIRONMENT));
    container.started();

    assertThat(container.exec("id", "-u").exitCode()).isZero();
  }
}
