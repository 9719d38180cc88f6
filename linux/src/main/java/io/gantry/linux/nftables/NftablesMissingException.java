package io.gantry.linux.nftables;

import java.io.IOException;

/** The library is not on this machine. The message names the package that brings it. */
public final class NftablesMissingException extends IOException {

  private static final long serialVersionUID = 1L;

  NftablesMissingException(String library, Throwable cause) {
    super(
        "cannot load "
            + library
            + ", which packet filter rules need: install the package"
            + " libnftables1 (Debian, Ubuntu) or nftables (Fedora, Alpine)",
        cause);
  }
}
