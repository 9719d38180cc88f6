package io.gantry.oci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.gantry.container.AppArmorChoice;
import io.gantry.error.InvalidException;
import io.gantry.error.UnavailableException;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AppArmorProfilesTest {

  @TempDir static Path temp;

  private static final AppArmorChoice DEFAULT = new AppArmorChoice.RuntimeDefault(true);
  private static final AppArmorChoice UNSAID = new AppArmorChoice.RuntimeDefault(false);
  private static final AppArmorChoice STRICT = new AppArmorChoice.Localhost("strict");

  private final FakeAppArmor machine = new FakeAppArmor(temp);
  private final AppArmorProfiles profiles = machine.profiles();

  @Test
  void withoutAppArmorTheDefaultIsNothingAndANameIsRefused() {
    assertThat(profiles.of(DEFAULT, false)).isEmpty();
    assertThatExceptionOfType(InvalidException.class)
        .isThrownBy(() -> profiles.of(STRICT, false))
        .withMessageContaining("AppArmor is off");
  }

  @Test
  void theDefaultIsLoadedWhenItIsNeededAndMissing() throws IOException {
    machine.enabled();
    assertThat(profiles.of(new AppArmorChoice.Unconfined(), false)).isEmpty();
    assertThat(profiles.of(DEFAULT, true)).isEmpty();
    assertThat(machine.parsed()).isEmpty();
    assertThat(profiles.of(DEFAULT, false)).isEqualTo("gantry-default");
    assertThat(profiles.of(UNSAID, false)).isEqualTo("gantry-default");
    profiles.keep("gantry-default");
    assertThat(machine.parsed()).containsOnlyOnce("profile gantry-default");
  }

  @Test
  void theDefaultComesBackWhenSomebodyUnloadedIt() throws IOException {
    machine.enabled();
    assertThat(profiles.of(DEFAULT, false)).isEqualTo("gantry-default");
    machine.enabled("strict (enforce)");
    profiles.keep("strict");
    assertThat(machine.parsed()).containsOnlyOnce("profile gantry-default");
    profiles.keep("gantry-default");
    assertThat(machine.parsed().split("profile gantry-default", -1)).hasSize(3);
  }

  @Test
  void aNameMustBeLoaded() throws IOException {
    machine.enabled("stricter (enforce)", "strict (complain)");
    assertThat(profiles.of(STRICT, true)).isEqualTo("strict");
    assertThatExceptionOfType(InvalidException.class)
        .isThrownBy(() -> profiles.of(new AppArmorChoice.Localhost("stric"), false))
        .withMessageContaining("no profile stric");
  }

  @Test
  void whoAsksForNothingRunsWhereNothingCanBeLoaded() throws IOException {
    machine.enabled();
    AppArmorProfiles refused = machine.profiles("false");
    assertThat(refused.of(UNSAID, false)).isEmpty();
    assertThatExceptionOfType(UnavailableException.class)
        .isThrownBy(() -> refused.of(DEFAULT, false));
    assertThat(profiles.of(UNSAID, false)).isEqualTo("gantry-default");
  }

  @Test
  void whatTheParserSaysIsPassedOn() throws IOException {
    machine.enabled();
    AppArmorProfiles refused = machine.profiles("sh", "-c", "echo line 3: what is this; exit 7");
    assertThatExceptionOfType(UnavailableException.class)
        .isThrownBy(() -> refused.of(DEFAULT, false))
        .withMessageContaining("ended with 7: line 3: what is this");
    AppArmorProfiles absent = machine.profiles("gantry-has-no-such-parser");
    AppArmorProfiles endless = machine.profiles("sh", "-c", "sleep 600 & sleep 600");
    assertThatExceptionOfType(UnavailableException.class)
        .isThrownBy(() -> endless.of(DEFAULT, false))
        .withMessageContaining("does not end");
    assertThatExceptionOfType(UnavailableException.class)
        .isThrownBy(() -> absent.of(DEFAULT, false))
        .withMessageContaining("gantry-has-no-such-parser");
  }
}
