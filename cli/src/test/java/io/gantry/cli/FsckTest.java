package io.gantry.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.api.gantry.v1.CheckImagesRequest;
import io.gantry.api.gantry.v1.CheckImagesResponse;
import io.grpc.Status;
import org.junit.jupiter.api.Test;

class FsckTest extends NodeTestCase {

  private void progress(long done) {
    var step = CheckImagesResponse.newBuilder();
    step.getProgressBuilder().setDone(done).setAll(2_000_000);
    node.look.add(step.build());
  }

  private void finding() {
    var step = CheckImagesResponse.newBuilder();
    step.getFindingBuilder()
        .setObject("layer sha256:a")
        .setPath("fs/etc/motd")
        .setWhat("its content differs")
        .addImages("docker.io/library/busybox:latest");
    node.look.add(step.build());
  }

  private void repair(String failure) {
    var step = CheckImagesResponse.newBuilder();
    step.getRepairBuilder().setObject("layer sha256:a").setFailure(failure);
    node.look.add(step.build());
  }

  @Test
  void aCleanStoreEndsWith0() {
    progress(0);
    progress(2_000_000);

    assertThat(output("fsck")).isEqualTo("all is as it was stored (2MB of layers)\n");
  }

  @Test
  void whatIsFoundIsToldByNameAndEndsWith1() {
    finding();

    var result = terminal.run("fsck");

    assertThat(result.code()).isEqualTo(1);
    assertThat(result.out())
        .isEqualTo(
            """
            layer sha256:a fs/etc/motd: its content differs (docker.io/library/busybox:latest)
            1 found; gantry fsck --repair brings what is bad again
            """);
  }

  @Test
  void repairsAreToldAndEndWith1Too() {
    finding();
    repair("");
    finding();
    repair("c1 has it mounted");

    var result = terminal.run("fsck", "--repair", "--login", "r.test:5000=jane:a=b:c");

    assertThat(result.code()).isEqualTo(1);
    assertThat(result.out())
        .contains("layer sha256:a: repaired\n", "layer sha256:a: not repaired: c1 has it mounted\n")
        .endsWith("2 found, 1 repaired, 1 not repaired\n");
    var request = (CheckImagesRequest) node.requests.getFirst();
    assertThat(request.getRepair()).isTrue();
    assertThat(request.getLoginsOrThrow("r.test:5000").getUsername()).isEqualTo("jane");
    assertThat(request.getLoginsOrThrow("r.test:5000").getPassword()).isEqualTo("a=b:c");
  }

  @Test
  void aLookThatCannotBeTakenEndsWith2() {
    node.failures.put("CheckImages", Status.INTERNAL.withDescription("the disk is gone"));
    assertThat(complaint(2, "fsck")).contains("the disk is gone");
    assertThat(complaint(2, "fsck", "--login", "r=jane")).contains("REGISTRY=USER:PASSWORD");
  }

  @Test
  void aPullIsShownWhereTheRuntimeTellsOfIt() {
    var result = terminal.run("pull", "registry.test/watched");

    assertThat(result.out()).isEqualTo("Image is up to date for sha256:watched\n");
    assertThat(result.err()).isEqualTo("layer 444444444444: 5kB (1/1)\n");
  }
}
