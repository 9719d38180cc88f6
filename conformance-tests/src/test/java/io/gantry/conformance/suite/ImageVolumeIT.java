package io.gantry.conformance.suite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.gantry.api.cri.v1.ContainerConfig;
import io.gantry.api.cri.v1.ImageSpec;
import io.gantry.api.cri.v1.Mount;
import io.gantry.conformance.cri.Drafts;
import io.gantry.conformance.cri.TestContainer;
import io.gantry.conformance.cri.TestPod;
import io.gantry.conformance.harness.Differs;
import io.gantry.conformance.harness.RuntimeUnderTest;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Images that are mounted into containers of other images, and options of mounts. */
class ImageVolumeIT {

  private static final String OLD = "containerd of Debian 12 has no image volumes";

  @RegisterExtension static final RuntimeUnderTest runtime = new RuntimeUnderTest();

  private TestPod pod;

  @BeforeEach
  void makeAPod() throws Exception {
    pod = runtime.pod("volumes");
  }

  private static Mount.Builder volume(String subPath) {
    return Mount.newBuilder()
        .setContainerPath("/tools")
        .setReadonly(true)
        .setImage(ImageSpec.newBuilder().setImage(runtime.image()))
        .setImageSubPath(subPath);
  }

  private TestContainer started(Mount.Builder mount) {
    ContainerConfig.Builder config = Drafts.script("user", runtime.image(), "sleep 600");
    return pod.start(config.addMounts(mount));
  }

  private static Status refusal(Runnable call) {
    StatusRuntimeException[] refused = new StatusRuntimeException[1];
    assertThatExceptionOfType(StatusRuntimeException.class)
        .isThrownBy(call::run)
        .satisfies(e -> refused[0] = e);
    return refused[0].getStatus();
  }

  @Test
  @Differs(runtime = "containerd", why = OLD)
  void anImageIsThereWholeAndReadOnly() {
    TestContainer container = started(volume(""));
    assertThat(container.sh("/tools/bin/busybox echo works")).isEqualTo("works");
    assertThat(container.exec("/bin/sh", "-c", "echo x > /tools/x").getExitCode()).isNotZero();
    assertThat(container.sh("grep ' /tools ' /proc/mounts")).contains("ro");
  }

  @Test
  @Differs(runtime = "containerd", why = OLD)
  void theStatusTellsItsDigest() {
    TestContainer container = started(volume(""));
    Mount told = container.status().getMountsList().getFirst();
    assertThat(told.getContainerPath()).isEqualTo("/tools");
    assertThat(told.getImage().getUserSpecifiedImage()).isEqualTo(runtime.image());
    assertThat(told.getImage().getImageRef())
        .isEqualTo(container.status().getImageId())
        .startsWith("sha256:");
  }

  @Test
  @Differs(runtime = "containerd", why = OLD)
  void aDirectoryAndAFileOfAnImage() {
    TestContainer directory = started(volume("bin"));
    assertThat(directory.sh("/tools/busybox echo works")).isEqualTo("works");
    ContainerConfig.Builder config = Drafts.script("file", runtime.image(), "sleep 600");
    TestContainer file = pod.start(config.addMounts(volume("/bin/busybox")));
    assertThat(file.sh("/tools echo works; test -f /tools && echo file")).endsWith("file");
  }

  @Test
  @Differs(runtime = "containerd", why = OLD)
  void aPathThatLeadsOutStaysInTheImage() {
    ContainerConfig.Builder config = Drafts.script("user", runtime.image(), "sleep 600");
    config.addMounts(volume("../../proc/self/root/etc"));
    Status refused = refusal(() -> pod.create(config));
    assertThat(refused.getDescription()).contains("image_sub_path", runtime.image());
  }

  @Test
  @Differs(runtime = "containerd", why = OLD)
  void anImageThatIsNotHereIsRefusedByName() {
    Mount.Builder absent =
        volume("").setImage(ImageSpec.newBuilder().setImage("example.org/never-pulled:1"));
    assertThat(refusal(() -> started(absent)).getDescription())
        .contains("example.org/never-pulled:1");
  }

  @Test
  @Differs(runtime = "containerd", why = "it does not know of mount_options")
  void optionsOfMountsAreKept() throws Exception {
    Mount.Builder mount =
        Mount.newBuilder()
            .setContainerPath("/data")
            .setHostPath(runtime.directory().toString())
            .addAllMountOptions(List.of("noexec", "nodev", "nosuid"));
    TestContainer container = started(mount);
    assertThat(container.sh("grep ' /data ' /proc/mounts"))
        .contains("noexec", "nodev", "nosuid", "rw");
    assertThat(container.status().getMounts(0).getMountOptionsList())
        .containsExactlyInAnyOrder("noexec", "nodev", "nosuid");
    Status refused = refusal(() -> started(mount.addMountOptions("sync")));
    assertThat(refused.getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
    assertThat(refused.getDescription()).contains("mount_options[3]", "sync");
  }
}
