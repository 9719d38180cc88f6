package io.gantry.linux.seccomp;

import com.sun.jna.NativeLibrary;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A program for the kernel's {@code SECCOMP_SET_MODE_FILTER}.
 *
 * <p>Building one takes milliseconds, so the last few are remembered by their profile. Safe for use
 * by several threads.
 */
public final class SeccompFilter {

  private static final int REMEMBERED = 16;
  private static final Map<SeccompProfile, SeccompFilter> CACHE = new LinkedHashMap<>();

  private final byte[] program;
  private final List<String> unknownCalls;

  SeccompFilter(byte[] program, List<String> unknownCalls) {
    this.program = program.clone();
    this.unknownCalls = List.copyOf(unknownCalls);
  }

  /**
   * Builds the program for a profile on this machine.
   *
   * @throws SeccompException when libseccomp is missing or refuses a rule
   */
  public static SeccompFilter compile(SeccompProfile profile) throws IOException {
    // The library keeps global state while it finds out what the kernel can do.
    synchronized (CACHE) {
      SeccompFilter known = CACHE.get(profile);
      if (known != null) {
        return known;
      }
      load(SeccompLibrary.NAME);
      SeccompFilter made = new FilterCompiler().compile(profile);
      if (CACHE.size() >= REMEMBERED) {
        CACHE.remove(CACHE.keySet().iterator().next());
      }
      CACHE.put(profile, made);
      return made;
    }
  }

  /** Before the bound class is touched: a class that failed to load once stays broken for ever. */
  static void load(String library) throws SeccompException {
    try {
      NativeLibrary.getInstance(library);
    } catch (UnsatisfiedLinkError missing) {
      throw new SeccompException(
          "cannot load " + library + ": install libseccomp2 (Fedora: libseccomp)", missing);
    }
  }

  /** The {@code struct sock_filter} array, eight bytes an instruction. */
  public byte[] program() {
    return program.clone();
  }

  /** Names in the profile that the installed libseccomp does not know; these calls have no rule. */
  public List<String> unknownCalls() {
    return unknownCalls;
  }
}
