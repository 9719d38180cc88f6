package io.gantry.linux;

import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** The bpf(2) calls of the machine. */
final class JnaBpf implements BpfCalls {

  private static final int PROG_LOAD = 5;
  private static final int PROG_ATTACH = 8;
  private static final int TYPE_CGROUP_DEVICE = 15;
  private static final int ATTACH_CGROUP_DEVICE = 6;
  private static final int ALLOW_MULTI = 2;
  private static final int INSTRUCTION_SIZE = 8;
  private static final int ATTRIBUTES_SIZE = 72;
  private static final int EXPECTED_ATTACH_TYPE_AT = 68;
  private static final byte[] NAME = "gantry_devices".getBytes(StandardCharsets.US_ASCII);
  private static final int NAME_AT = 48;

  @Override
  public Fd loadDeviceProgram(byte[] instructions) throws SyscallException {
    byte[] license = KernelText.terminated("Apache-2.0");
    try (Memory code = new Memory(instructions.length);
        Memory licenseText = new Memory(license.length)) {
      code.write(0, instructions, 0, instructions.length);
      licenseText.write(0, license, 0, license.length);
      byte[] attributes = new byte[ATTRIBUTES_SIZE];
      ByteBuffer.wrap(attributes)
          .order(ByteOrder.nativeOrder())
          .putInt(TYPE_CGROUP_DEVICE)
          .putInt(instructions.length / INSTRUCTION_SIZE)
          .putLong(Pointer.nativeValue(code))
          .putLong(Pointer.nativeValue(licenseText))
          .put(NAME_AT, NAME)
          .putInt(EXPECTED_ATTACH_TYPE_AT, ATTACH_CGROUP_DEVICE);
      try {
        return NativeCall.descriptor(bpf(PROG_LOAD, "load device program", attributes));
      } finally {
        Reference.reachabilityFence(code);
        Reference.reachabilityFence(licenseText);
      }
    }
  }

  @Override
  public void attachDeviceProgram(Fd cgroup, Fd program) throws SyscallException {
    byte[] attributes = new byte[ATTRIBUTES_SIZE];
    ByteBuffer.wrap(attributes)
        .order(ByteOrder.nativeOrder())
        .putInt(cgroup.number())
        .putInt(program.number())
        .putInt(ATTACH_CGROUP_DEVICE)
        .putInt(ALLOW_MULTI);
    bpf(PROG_ATTACH, NativeCall.subject(cgroup, ""), attributes);
  }

  private static long bpf(int command, String subject, byte[] attributes) throws SyscallException {
    return NativeCall.check(
        "bpf",
        subject,
        () -> CLibrary.syscall(SyscallNumber.BPF, command, attributes, attributes.length, 0L));
  }
}
