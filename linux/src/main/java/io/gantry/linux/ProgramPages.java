package io.gantry.linux;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The pages of this process that are nothing but copies of what lies in files: the code of the JVM,
 * and the part of its class archive that is never written. A start touches nearly all of them, and
 * later work a small part.
 *
 * <p>They can be let go of at any time. The next access finds them in the page cache again, a
 * microsecond for sixteen pages; only when memory was short in between are they read from disk.
 */
public final class ProgramPages {

  /** As smaps(5) begins a mapping: addresses, rights, offset, device, inode and the file. */
  private static final Pattern MAPPING =
      Pattern.compile("([0-9a-f]{1,16})-([0-9a-f]{1,16}) (\\S{4}) \\S+ \\S+ \\d+ +(/.*)");

  /** Of these files it is known that they stay where they are as long as the process lives. */
  private static final Pattern PROGRAM = Pattern.compile(".*(/libjvm\\.so|\\.aot)");

  private static final String CHANGED = "Anonymous:";

  private static final int MADV_DONTNEED = 4;
  private static final int MADV_COLD = 20;

  private record Range(long start, long length, String file) {}

  private final List<Range> ranges;

  private ProgramPages(List<Range> ranges) {
    this.ranges = ranges;
  }

  /** Looks once; what it finds does not change any more. */
  public static ProgramPages ofThisProcess() throws IOException {
    return in(Path.of("/proc/self/smaps"));
  }

  static ProgramPages in(Path smaps) throws IOException {
    List<Range> ranges = new ArrayList<>();
    try (BufferedReader lines = Files.newBufferedReader(smaps, StandardCharsets.ISO_8859_1)) {
      @Nullable Range candidate = null;
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        Matcher mapping = MAPPING.matcher(line);
        if (mapping.matches()) {
          candidate = candidate(mapping);
        } else if (candidate != null && line.startsWith(CHANGED)) {
          // A page that was changed is nowhere else: relocated classes, a breakpoint.
          if (line.matches(CHANGED + " +0 kB")) {
            ranges.add(candidate);
          }
          candidate = null;
        }
      }
    }
    return new ProgramPages(ranges);
  }

  private static @Nullable Range candidate(Matcher mapping) {
    String file = mapping.group(4);
    if (mapping.group(3).contains("w") || !PROGRAM.matcher(file).matches()) {
      return null;
    }
    long start = Long.parseUnsignedLong(mapping.group(1), 16);
    return new Range(start, Long.parseUnsignedLong(mapping.group(2), 16) - start, file);
  }

  /** How much address space is theirs, in bytes. */
  public long bytes() {
    return ranges.stream().mapToLong(Range::length).sum();
  }

  /**
   * Lets go of them, and makes them the first that the kernel takes when memory is short:
   * madvise(2), {@code MADV_COLD} and {@code MADV_DONTNEED}.
   */
  public void letGo() throws SyscallException {
    for (Range range : ranges) {
      advise(range, MADV_COLD);
      advise(range, MADV_DONTNEED);
    }
  }

  private static void advise(Range range, int advice) throws SyscallException {
    NativeCall.check(
        "madvise", range.file(), () -> CLibrary.madvise(range.start(), range.length(), advice));
  }
}
