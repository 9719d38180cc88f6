package io.gantry.oci;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.gantry.container.MountSpec;
import io.gantry.container.MountSpec.Propagation;
import io.gantry.container.SeccompChoice;
import io.gantry.linux.Namespace;
import io.gantry.linux.cgroup.Cgroups.Layout;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RuntimeSpecViewTest {

  private final Requests request = new Requests();

  @Test
  void aContainerIsShownInTheWordsOfTheSpecification() {
    request.readOnlyRootfs = true;
    request.mounts =
        List.of(new MountSpec("/data", "/volumes/d", true, true, Propagation.PRIVATE, false));
    JsonNode view = view();
    assertThat(view.at("/process/user/uid").asLong()).isEqualTo(7);
    assertThat(view.at("/process/args/0").asText()).isEqualTo("/bin/web");
    assertThat(view.at("/process/capabilities/bounding/0").asText()).isEqualTo("CAP_KILL");
    assertThat(view.at("/process/capabilities/ambient")).isEmpty();
    assertThat(view.at("/root/readonly").asBoolean()).isTrue();
    assertThat(view.at("/linux/cgroupsPath").asText()).isEqualTo("/gantry/c");
    assertThat(view.at("/linux/maskedPaths").toString()).contains("/proc/kcore");
    assertThat(mount(view, "/data").toString())
        .isEqualTo(
            "{\"destination\":\"/data\",\"type\":\"bind\",\"source\":\"/volumes/d\","
                + "\"options\":[\"rbind\",\"rro\",\"rprivate\"]}");
    assertThat(mount(view, "/sys").at("/options").toString())
        .isEqualTo("[\"ro\",\"nosuid\",\"nodev\",\"noexec\"]");
  }

  @Test
  void joinedNamespacesHaveTheirPath() {
    assertThat(view().at("/linux/namespaces").toString())
        .isEqualTo(
            "[{\"type\":\"mount\"},{\"type\":\"cgroup\"},{\"type\":\"pid\"},"
                + "{\"type\":\"network\",\"path\":\"/run/ns/net\"}]");
  }

  private static JsonNode mount(JsonNode view, String destination) {
    for (JsonNode mount : view.path("mounts")) {
      if (mount.path("destination").asText().equals(destination)) {
        return mount;
      }
    }
    throw new AssertionError("no mount on " + destination);
  }

  private JsonNode view() {
    Path file = Path.of("/pod/file");
    return RuntimeSpecView.of(
        new RuntimeSpecSource(
            request.spec(),
            new ProcessSpec(
                List.of("/bin/web"),
                List.of("A=b"),
                "/",
                new ProcessUser(7, 8, List.of(8L), "/"),
                Capability.KILL.bit(),
                0,
                true,
                new SeccompChoice.Unconfined(),
                "locked-down",
                0,
                false),
            Path.of("/rootfs"),
            "pod-1",
            new EtcFiles(file, file, file),
            Layout.V2,
            new CgroupStandIn(Layout.V2, new KernelStandIn()),
            Map.of(Namespace.NET, Path.of("/run/ns/net"))));
  }
}
