package io.gantry.oci;

import io.gantry.container.SeccompChoice;
import io.gantry.error.InvalidException;
import io.gantry.error.Subject;
import io.gantry.linux.seccomp.SeccompFilter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Compiled seccomp programs. Building one takes milliseconds, so they are kept by what decides on
 * them. Safe for use by several threads.
 */
public final class SeccompFilters {

  private static final int MOST = 64;
  private static final long LARGEST_FILE = 1 << 20;

  private final FilterCompiler compiler;
  private final DefaultSeccomp ours;
  private final Map<Object, byte[]> programs =
      Collections.synchronizedMap(
          new LinkedHashMap<>(MOST, 0.75f, true) {
            private static final long serialVersionUID = 1L;

            @Override
            protected boolean removeEldestEntry(Map.Entry<Object, byte[]> eldest) {
              return size() > MOST;
            }
          });

  /** Programs built by the machine's libseccomp. */
  public SeccompFilters() {
    this(profile -> SeccompFilter.compile(profile).program());
  }

  SeccompFilters(FilterCompiler compiler) {
    this.compiler = compiler;
    this.ours = new DefaultSeccomp(SyscallList.ofGantry());
  }

  /**
   * Builds what nearly every container needs. The first build loads the library and takes a good
   * part of a second in a fresh JVM: better while starting than in the first request.
   */
  public void warmUp() throws IOException {
    standard(Capability.mask(Capabilities.DEFAULT));
  }

  /**
   * The program for a process, or nothing for an unconfined one.
   *
   * @param capabilities of the process: the default profile allows more to those who hold more
   */
  Optional<byte[]> program(SeccompChoice choice, long capabilities) throws IOException {
    return switch (choice) {
      case SeccompChoice.Unconfined _ -> Optional.empty();
      case SeccompChoice.RuntimeDefault _ -> Optional.of(standard(capabilities));
      case SeccompChoice.Localhost localhost -> Optional.of(local(Path.of(localhost.path())));
    };
  }

  private byte[] standard(long capabilities) throws IOException {
    long key = ours.key(capabilities);
    return remembered(key, () -> ours.program(key, compiler));
  }

  /** Keyed by the text: a file that was changed gives another program. */
  private byte[] local(Path file) throws IOException {
    String text;
    try {
      if (!file.isAbsolute() || Files.size(file) > LARGEST_FILE) {
        throw invalid(file, "is not an absolute path to a file below 1 MiB", null);
      }
      text = Files.readString(file);
    } catch (NoSuchFileException e) {
      throw invalid(file, "does not exist on this node", e);
    }
    return remembered(text, () -> compiler.compile(LocalhostProfile.parse(file.toString(), text)));
  }

  @FunctionalInterface
  private interface Build {
    byte[] run() throws IOException;
  }

  /** Two threads may build the same program at once, which does no harm. */
  private byte[] remembered(Object key, Build build) throws IOException {
    byte[] known = programs.get(key);
    if (known == null) {
      known = build.run();
      programs.put(key, known);
    }
    return known;
  }

  private static InvalidException invalid(Path file, String problem, @Nullable Throwable cause) {
    return new InvalidException(
        new Subject("seccomp profile", file.toString()),
        "seccomp profile " + file + " " + problem,
        "put the file on the node or choose RuntimeDefault",
        cause);
  }
}
