package io.gantry.linux.nftables;

import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.gantry.linux.netlink.FakeNetworks;
import org.junit.jupiter.api.Test;

class LibNftablesTest {

  @Test
  void aMissingLibraryIsNamedWithItsPackageEachTime() {
    LibNftables nftables = new LibNftables(new FakeNetworks().own(), "libnothing.so.9");
    for (int attempt = 0; attempt < 2; attempt++) {
      assertThatExceptionOfType(NftablesMissingException.class)
          .isThrownBy(() -> nftables.run("list tables\n"))
          .withMessageContaining("libnothing.so.9")
          .withMessageContaining("install the package libnftables1");
    }
  }
}
