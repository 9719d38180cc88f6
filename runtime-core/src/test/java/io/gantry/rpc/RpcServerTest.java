package io.gantry.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.gantry.api.cri.v1.RuntimeServiceGrpc;
import io.gantry.api.cri.v1.VersionRequest;
import io.gantry.error.AlreadyExistsException;
import io.gantry.error.InvalidException;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The socket file's life. */
class RpcServerTest {

  @TempDir Path directory;

  @Test
  void theSocketHasTheModeThatWasAskedForAndNothingElseStays() throws IOException {
    try (TestServer server = new TestServer(directory)) {
      assertThat(Files.getPosixFilePermissions(server.socket))
          .isEqualTo(PosixFilePermissions.fromString("rw-rw----"));
      assertThat(directory).isDirectoryContaining(file -> file.equals(server.socket));
      try (var files = Files.list(directory)) {
        assertThat(files).hasSize(1);
      }
    }
    assertThat(directory).isEmptyDirectory();
  }

  @Test
  void aLeftOverIsReplaced() throws IOException {
    Path socket = directory.resolve("s.sock");
    try (ServerSocketChannel dead = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      dead.bind(UnixDomainSocketAddress.of(socket));
    }
    try (TestServer server = new TestServer(directory)) {
      assertThat(
              RuntimeServiceGrpc.newBlockingStub(server.channel)
                  .version(VersionRequest.getDefaultInstance())
                  .getRuntimeName())
          .isEqualTo("gantry");
    }
  }

  @Test
  void aSocketThatIsServedIsLeftAlone() throws IOException {
    try (TestServer first = new TestServer(directory)) {
      assertThatExceptionOfType(AlreadyExistsException.class)
          .isThrownBy(() -> new TestServer(directory))
          .withMessage("another gantryd serves " + first.socket);
      assertThat(first.socket).exists();
    }
  }

  @Test
  void somethingElseAtThePathIsLeftAlone() throws IOException {
    Path file = Files.writeString(directory.resolve("s.sock"), "precious");
    assertThatExceptionOfType(AlreadyExistsException.class)
        .isThrownBy(() -> new TestServer(directory))
        .withMessage(file + " is there and is no socket");
    assertThat(file).hasContent("precious");
  }

  @Test
  void aSocketThatSomebodyElseTookMeanwhileStays() throws IOException {
    UnixSocketFile ours = new UnixSocketFile(directory.resolve("s"), Set.of());
    try (ServerSocketChannel first = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        ServerSocketChannel second = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      ours.publish(path -> first.bind(UnixDomainSocketAddress.of(path)));
      second.bind(UnixDomainSocketAddress.of(directory.resolve("other")));
      Files.move(
          directory.resolve("other"),
          directory.resolve("s"),
          java.nio.file.StandardCopyOption.REPLACE_EXISTING);
      ours.retract();
    }
    assertThat(directory.resolve("s")).exists();
  }

  @Test
  void aPathTooLongForTheKernelIsRefused() {
    Path path = directory.resolve("d".repeat(100)).resolve("s");
    assertThatExceptionOfType(InvalidException.class)
        .isThrownBy(() -> new UnixSocketFile(path, Set.of()).publish(staged -> {}))
        .withMessageContaining("too long");
  }
}
