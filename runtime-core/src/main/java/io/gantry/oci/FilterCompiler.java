package io.gantry.oci;

/** Turns a profile into the kernel's instructions. */
@FunctionalInterface
interface FilterCompiler {

  /** {@code struct sock_filter} instructions, 8 bytes each. */
  byte[] compile(FilterProfile profile);
}
