package io.gantry.conformance.crash;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.api.cri.v1.Mount;
import io.gantry.conformance.cri.Drafts;
import io.gantry.conformance.cri.TestContainer;
import io.gantry.conformance.cri.TestPod;
import io.gantry.conformance.node.Distribution;
import io.gantry.conformance.node.PrivateNode;
import io.gantry.conformance.node.TestImage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The daemon with almost nothing in its environment, as service managers start it. */
class BareEnvironmentIT {

  @TempDir Path directory;

  @Test
  void filesMayHaveAnyNameWithoutALocale() throws Exception {
    List<String> bare = List.of("env", "-i", "PATH=/usr/bin:/bin:/usr/sbin:/sbin");
    try (PrivateNode node = PrivateNode.start(Distribution.found(), directory, bare)) {
      String image = TestImage.importInto(node);
      Path volume = Files.createDirectory(directory.resolve("größe-大"));
      Files.writeString(volume.resolve("file"), "seen");
      TestPod pod =
          TestPod.run(
              node.client(),
              Drafts.pod("locale").setLogDirectory(directory.resolve("журнал").toString()).build());
      TestContainer container =
          pod.start(
              Drafts.script("reader", image, "sleep 600")
                  .setLogPath("größe.log")
                  .addMounts(
                      Mount.newBuilder()
                          .setHostPath(volume.toString())
                          .setContainerPath("/größe")));
      assertThat(container.sh("cat /größe/file")).isEqualTo("seen");
      assertThat(container.logFile()).exists();
      pod.remove();
    }
  }
}
