package io.gantry.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.gantry.api.cri.v1.ContainerState;
import io.gantry.api.gantry.v1.CommitContainerRequest;
import io.gantry.api.gantry.v1.ExportImageRequest;
import io.gantry.api.gantry.v1.PushImageRequest;
import io.gantry.api.gantry.v1.TagImageRequest;
import io.gantry.api.gantry.v1.UntagImageRequest;
import io.grpc.Status;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The verbs on images that other runtimes do not offer. */
class OwnImageVerbsTest extends NodeTestCase {
  private static final String BUSYBOX = "sha256:" + "1".repeat(64);

  @TempDir Path directory;

  @BeforeEach
  void image() {
    node.image(BUSYBOX, "docker.io/library/busybox:latest");
    node.archive.add(ByteString.copyFromUtf8("one "));
    node.archive.add(ByteString.copyFromUtf8("two"));
  }

  private Stream<Path> files() throws IOException {
    try (var files = Files.list(directory)) {
      return files.toList().stream();
    }
  }

  @Test
  void exportWritesTheFileAndTellsWhatIsInIt() throws IOException {
    var file = directory.resolve("out.tar");
    Files.writeString(file, "older and longer than the new one");

    assertThat(output("export", "busybox", "old:1", file.toString()))
        .isEqualTo(
            """
            Exported busybox (sha256:%1$s)
            Exported old:1 (sha256:%1$s)
              its layers were packed anew, so it has the digest sha256:%2$s there, not the one it \
            came with; image.keep_blobs keeps it
            """
                .formatted("6".repeat(64), "7".repeat(64)));

    assertThat(file).hasContent("one two");
    var request = (ExportImageRequest) node.requests.getFirst();
    assertThat(request.getImagesList()).containsExactly("busybox", "old:1");
    assertThat(files()).containsExactly(file);
  }

  @Test
  void exportToStandardOutputSaysTheRestElsewhere() {
    var result = terminal.run("export", "busybox", "-");

    assertThat(result.code()).isZero();
    assertThat(result.out()).isEqualTo("one two");
    assertThat(result.err()).startsWith("Exported busybox (sha256:666");
  }

  @Test
  void anExportThatFailsHalfWayLeavesTheOldFileAndNothingElse() throws IOException {
    var file = directory.resolve("out.tar");
    Files.writeString(file, "old");
    node.failures.put("ExportImage-late", Status.INTERNAL.withDescription("layer x: EIO"));

    assertThat(complaint(1, "export", "busybox", file.toString())).contains("layer x: EIO");

    assertThat(file).hasContent("old");
    assertThat(files()).containsExactly(file);
    assertThat(complaint(1, "export", "busybox", "/nowhere/x.tar"))
        .startsWith("gantry: cannot write /nowhere/x.tar: ");
    assertThat(complaint(2, "export", "busybox")).contains("IMAGE... FILE");
  }

  /** The tar is read by the machine's own tar. */
  @Test
  void aLayoutMayBeADirectory() throws Exception {
    var layout = directory.resolve("layout");
    Files.createDirectories(layout.resolve("blobs/sha512"));
    Files.createDirectories(layout.resolve("blobs/sha256"));
    var contents =
        Map.of(
            "oci-layout",
            "{}",
            "index.json",
            "x".repeat(512),
            "blobs/sha256/" + "a".repeat(64),
            "",
            "blobs/sha512/" + "b".repeat(128),
            "y".repeat(100_001));
    for (var file : contents.entrySet()) {
      Files.writeString(layout.resolve(file.getKey()), file.getValue());
    }
    Files.writeString(layout.resolve("else"), "no part of it");

    output("import", "-q", layout.toString());

    var tar = directory.resolve("sent.tar");
    Files.write(tar, node.uploaded().toByteArray());
    var back = Files.createDirectory(directory.resolve("back"));
    var unpack =
        new ProcessBuilder("tar", "-C", back.toString(), "-xf", tar.toString()).inheritIO().start();
    assertThat(unpack.waitFor()).isZero();
    contents.forEach((name, content) -> assertThat(back.resolve(name)).hasContent(content));
    assertThat(back.resolve("else")).doesNotExist();
    assertThat(complaint(1, "import", back.resolve("blobs").toString()))
        .endsWith(
            "blobs is no OCI layout: there is no oci-layout in it; give an archive or a layout\n");
  }

  @Test
  void tagNamesTheImageByItsId() {
    assertThat(output("tag", "111", "mine:2")).isEqualTo("Tagged docker.io/library/mine:2\n");

    var request = (TagImageRequest) node.requests.getLast();
    assertThat(request.getImage()).isEqualTo(BUSYBOX);
    assertThat(request.getReference()).isEqualTo("mine:2");
  }

  @Test
  void untagTakesSeveralNames() {
    assertThat(output("untag", "a:1", "b:1")).isEqualTo("Untagged: a:1\nUntagged: b:1\n");

    assertThat(node.requests.stream().map(each -> ((UntagImageRequest) each).getReference()))
        .containsExactly("a:1", "b:1");
  }

  @Test
  void commitSendsAllThatWasSaid() {
    node.container(CONTAINER, POD_A, "server", ContainerState.CONTAINER_RUNNING);

    var committed =
        terminal.run(
            "commit", "-c", "USER 7", "--change=ENV A=b", "-a", "me", "-m", "so", "server", "x:1");
    assertThat(committed.err()).startsWith("layer 444444444444: 5").endsWith("(1/1)\n");
    assertThat(committed.out()).isEqualTo("Committed x:1 (sha256:" + "8".repeat(64) + ")\n");

    var request = (CommitContainerRequest) node.requests.getLast();
    assertThat(request.getContainerId()).isEqualTo(CONTAINER);
    assertThat(request.getChangesList()).containsExactly("USER 7", "ENV A=b");
    assertThat(request.getAuthor() + request.getMessage()).isEqualTo("meso");
    assertThat(request.getWithoutPause()).isFalse();
    assertThat(output("commit", "-q", "--no-pause", "c1"))
        .isEqualTo("sha256:" + "8".repeat(64) + "\n");
    assertThat(((CommitContainerRequest) node.requests.getLast()).getWithoutPause()).isTrue();
  }

  @Test
  void pushTellsWhatTheRegistryHasNow() {
    var digest = "sha256:" + "7".repeat(64);
    var pushed = terminal.run("push", "busybox:1");
    assertThat(pushed.out())
        .isEqualTo("Pushed busybox:1@" + digest + ": 2 layers sent, 1 were there\n");
    assertThat(pushed.err()).isEqualTo("layer 444444444444: 5kB (1/1)\n");
    assertThat(terminal.run("push", "--creds", "me:pass:word", "busybox:1", "r.test/x:1").out())
        .startsWith("Pushed r.test/x:1@" + digest)
        .contains("packed anew");
    var request = (PushImageRequest) node.requests.getLast();
    assertThat(request.getAuth().getUsername()).isEqualTo("me");
    assertThat(request.getAuth().getPassword()).isEqualTo("pass:word");
    assertThat(output("push", "-q", "busybox:1")).isEqualTo(digest + "\n");
    node.failures.put("PushImage", Status.UNAUTHENTICATED.withDescription("DENIED: no"));
    assertThat(complaint(1, "push", "busybox:1")).isEqualTo("gantry: DENIED: no\n");
  }

  @Test
  void historyIsATable() {
    assertThat(output("history", "docker.io/library/busybox:latest"))
        .isEqualTo(
            """
            CREATED         SIZE     CREATED BY                                                     COMMENT
            2 minutes ago   1.24MB   %s…   two lines
            <unknown>       0B       ADD base
            """
                .formatted("/bin/sh -c echo " + "x".repeat(43)));
    assertThat(output("history", "--no-trunc", "111")).contains("x".repeat(80));
    assertThat(output("history", "-o", "json", "111")).contains("\"size\": \"1240000\"");
  }
}
