package io.gantry.conformance.suite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.gantry.api.cri.v1.ContainerConfig;
import io.gantry.api.cri.v1.SecurityProfile;
import io.gantry.conformance.cri.Drafts;
import io.gantry.conformance.cri.TestContainer;
import io.gantry.conformance.cri.TestPod;
import io.gantry.conformance.harness.RuntimeUnderTest;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Which AppArmor profile processes run in, as the kernel tells them. */
class AppArmorIT {

  private static final Path SWITCH = Path.of("/sys/module/apparmor/parameters/enabled");
  private static final String PROFILE = "cat /proc/self/attr/current";

  @RegisterExtension static final RuntimeUnderTest runtime = new RuntimeUnderTest();

  private TestPod pod;

  @BeforeEach
  void makeAPod() throws Exception {
    Assumptions.assumeTrue(isThere(), "no AppArmor in this kernel");
    pod = runtime.pod("apparmor");
  }

  private static boolean isThere() throws IOException {
    return Files.exists(SWITCH) && Files.readString(SWITCH).startsWith("Y");
  }

  private static ContainerConfig.Builder config(SecurityProfile.Builder profile) {
    ContainerConfig.Builder config =
        Drafts.script("confined", runtime.image(), PROFILE + " > /profile; sleep 600");
    config.getLinuxBuilder().getSecurityContextBuilder().setApparmor(profile);
    return config;
  }

  private static SecurityProfile.Builder profile(SecurityProfile.ProfileType type) {
    return SecurityProfile.newBuilder().setProfileType(type);
  }

  private static String first(TestContainer container) throws InterruptedException {
    String said = "";
    for (int i = 0; i < 100 && said.isEmpty(); i++) {
      Thread.sleep(20);
      said = container.sh("cat /profile 2>/dev/null || true");
    }
    return said.strip();
  }

  @Test
  void theDefaultConfinesTheFirstProcessAndWhatIsExecuted() throws Exception {
    TestContainer container =
        pod.start(config(profile(SecurityProfile.ProfileType.RuntimeDefault)));
    assertThat(first(container)).endsWith("(enforce)");
    assertThat(container.sh(PROFILE).strip()).isEqualTo(first(container));
    assertThat(container.exec("/bin/sh", "-c", "echo x > /proc/sysrq-trigger").getExitCode())
        .isNotZero();
  }

  @Test
  void silenceMeansTheDefault() throws Exception {
    TestContainer container = pod.start(Drafts.script("silent", runtime.image(), "sleep 600"));
    assertThat(container.sh(PROFILE).strip()).endsWith("(enforce)");
  }

  @Test
  void unconfinedMeansNone() throws Exception {
    TestContainer container = pod.start(config(profile(SecurityProfile.ProfileType.Unconfined)));
    assertThat(first(container)).isEqualTo("unconfined");
    assertThat(container.sh(PROFILE).strip()).isEqualTo("unconfined");
  }

  @Test
  void aProfileThatNobodyLoadedIsRefusedByName() {
    assertThatExceptionOfType(StatusRuntimeException.class)
        .isThrownBy(() ->
            pod.start(
                config(
                    profile(SecurityProfile.ProfileType.Localhost)
                        .setLocalhostRef("gantry-test-never-loaded"))))
        .withMessageContaining("gantry-test-never-loaded");
  }
}
