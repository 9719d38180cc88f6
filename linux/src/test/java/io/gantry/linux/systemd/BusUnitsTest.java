package io.gantry.linux.systemd;

import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import org.junit.jupiter.api.Test;

class BusUnitsTest {

  @Test
  void aMissingLibraryIsNamedWithItsPackageEachTime() {
    BusUnits units = new BusUnits("libnothing.so.9");
    for (int attempt = 0; attempt < 2; attempt++) {
      assertThatExceptionOfType(SystemdMissingException.class)
          .isThrownBy(() -> units.stop("gantry-1.scope"))
          .withMessageContaining("libnothing.so.9")
          .withMessageContaining("install the package libsystemd0");
    }
  }
}
