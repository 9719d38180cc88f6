package io.gantry.oci;

import io.gantry.linux.seccomp.SeccompProfile;
import java.io.IOException;

/** Turns a profile into the kernel's instructions. */
@FunctionalInterface
interface FilterCompiler {

  /** {@code struct sock_filter} instructions, 8 bytes each. */
  byte[] compile(SeccompProfile profile) throws IOException;
}
