package io.gantry.linux;

/** The part of bpf(2) that version 2 control groups need for devices. */
public interface BpfCalls {

  /** Has the kernel check and keep a {@code BPF_PROG_TYPE_CGROUP_DEVICE} program. */
  Fd loadDeviceProgram(byte[] instructions) throws SyscallException;

  /**
   * Puts the program before every use of a device in the group; with several, all must allow. It
   * stays until the group is removed, whoever closes what.
   */
  void attachDeviceProgram(Fd cgroup, Fd program) throws SyscallException;
}
