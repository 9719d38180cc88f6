package io.gantry.linux;

import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import java.lang.ref.Reference;
import java.util.Arrays;
import java.util.List;

/**
 * posix_spawn(3): the one way to start a program from a JVM that copies neither page tables nor
 * descriptors. The child gets the namespaces of the calling thread.
 */
final class PosixSpawn {

  /** More than any glibc's {@code posix_spawnattr_t} (336) and file actions (80). */
  private static final int STRUCTURE_SIZE = 1024;

  private static final int SIGNAL_SET_SIZE = 128;
  private static final short SETSIGDEF_AND_SETSIGMASK = 0x0C;
  private static final String OWN_PROC = "/proc/self/";

  private PosixSpawn() {}

  static int run(SpawnRequest request, int daemonPid) throws SyscallException {
    String program = request.program().toString();
    try (Memory attributes = new Memory(STRUCTURE_SIZE);
        Memory actions = new Memory(STRUCTURE_SIZE);
        Memory arguments = strings(request.arguments());
        Memory environment = strings(request.environment())) {
      check("posix_spawnattr_init", program, CLibrary.posix_spawnattr_init(attributes));
      check(
          "posix_spawn_file_actions_init",
          program,
          CLibrary.posix_spawn_file_actions_init(actions));
      try {
        setSignals(attributes, program);
        setDescriptors(actions, request.descriptors(), program);
        int[] pid = new int[1];
        byte[] path = KernelText.terminated(reachable(program, daemonPid));
        check(
            "posix_spawn",
            program,
            CLibrary.posix_spawn(pid, path, actions, attributes, arguments, environment));
        return pid[0];
      } finally {
        CLibrary.posix_spawn_file_actions_destroy(actions);
        CLibrary.posix_spawnattr_destroy(attributes);
        Reference.reachabilityFence(request);
      }
    }
  }

  /** In the child, {@code /proc/self/fd} is already the new table: name the daemon's instead. */
  private static String reachable(String program, int daemonPid) {
    return program.startsWith(OWN_PROC)
        ? "/proc/" + daemonPid + "/" + program.substring(OWN_PROC.length())
        : program;
  }

  /** JVM threads block signals and the daemon may ignore some; both would be inherited. */
  private static void setSignals(Memory attributes, String program) throws SyscallException {
    byte[] all = new byte[SIGNAL_SET_SIZE];
    Arrays.fill(all, (byte) 0xFF);
    byte[] none = new byte[SIGNAL_SET_SIZE];
    check(
        "posix_spawnattr_setflags",
        program,
        CLibrary.posix_spawnattr_setflags(attributes, SETSIGDEF_AND_SETSIGMASK));
    check(
        "posix_spawnattr_setsigdefault",
        program,
        CLibrary.posix_spawnattr_setsigdefault(attributes, all));
    check(
        "posix_spawnattr_setsigmask",
        program,
        CLibrary.posix_spawnattr_setsigmask(attributes, none));
  }

  private static void setDescriptors(Memory actions, List<Fd> descriptors, String program)
      throws SyscallException {
    int count = descriptors.size();
    int[] sources = descriptors.stream().mapToInt(Fd::number).toArray();
    int staging = stagingBase(sources);
    if (staging >= 0) {
      for (int i = 0; i < count; i++) {
        dup2(actions, sources[i], staging + i, program);
        sources[i] = staging + i;
      }
    }
    for (int i = 0; i < count; i++) {
      dup2(actions, sources[i], i, program);
    }
    check(
        "posix_spawn_file_actions_addclosefrom_np",
        program,
        CLibrary.posix_spawn_file_actions_addclosefrom_np(actions, count));
  }

  /**
   * Where to park copies first when a source is itself a target and could be overwritten before it
   * is copied; -1 when no source is.
   */
  static int stagingBase(int[] sources) {
    boolean collides = Arrays.stream(sources).anyMatch(source -> source < sources.length);
    int highest = Arrays.stream(sources).max().orElse(0);
    return collides ? Math.max(highest + 1, sources.length) : -1;
  }

  private static void dup2(Memory actions, int from, int to, String program)
      throws SyscallException {
    check(
        "posix_spawn_file_actions_adddup2",
        program,
        CLibrary.posix_spawn_file_actions_adddup2(actions, from, to));
  }

  /** These functions return the error number instead of setting errno. */
  private static void check(String call, String program, int error) throws SyscallException {
    if (error != 0) {
      throw new SyscallException(call, new Errno(error), program);
    }
  }

  /** A null-terminated array of pointers, followed by the strings they point to. */
  private static Memory strings(List<String> values) {
    List<byte[]> texts = values.stream().map(KernelText::terminated).toList();
    long pointers = (long) (texts.size() + 1) * Native.POINTER_SIZE;
    Memory block = new Memory(pointers + texts.stream().mapToLong(text -> text.length).sum());
    long at = pointers;
    for (int i = 0; i < texts.size(); i++) {
      byte[] text = texts.get(i);
      block.setPointer((long) i * Native.POINTER_SIZE, block.share(at));
      block.write(at, text, 0, text.length);
      at += text.length;
    }
    block.setPointer((long) texts.size() * Native.POINTER_SIZE, Pointer.NULL);
    return block;
  }
}
