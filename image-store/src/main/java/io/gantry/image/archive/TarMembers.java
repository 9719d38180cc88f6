package io.gantry.image.archive;

import io.gantry.image.error.ImageException;
import io.gantry.image.layer.TarEntry;
import io.gantry.image.layer.TarReader;
import java.io.BufferedInputStream;
import java.io.FileInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where the members of a tar file lie, so that each can be opened by its name. Safe for reading.
 */
final class TarMembers {

  private static final int MAX_MEMBERS = 100_000;
  private static final int MAX_LINKS = 8;

  /** Of all names together: they are in memory while the archive is open. */
  private static final long MAX_NAMES = 8 << 20;

  private record Member(long offset, long size, String link) {}

  private final Path file;
  private final Map<String, Member> members = new HashMap<>();
  private long names;

  private TarMembers(Path file) {
    this.file = file;
  }

  static TarMembers index(Path file) throws IOException {
    TarMembers index = new TarMembers(file);
    try (InputStream in = Files.newInputStream(file)) {
      TarReader tar = new TarReader(in);
      @Nullable TarEntry entry;
      while ((entry = tar.next()) != null) {
        if (tar.isSparse()) {
          throw new ImageException.Unsupported(
              "archive", entry.name() + " in it is a sparse file", "save the image again");
        }
        index.add(entry, tar.offset());
      }
    }
    return index;
  }

  private void add(TarEntry entry, long offset) throws ImageException {
    if (members.size() >= MAX_MEMBERS) {
      throw new ImageException.Refused(
          "archive", "it has more than " + MAX_MEMBERS + " files", "do not trust it");
    }
    names += entry.name().length() + entry.linkName().length();
    if (names > MAX_NAMES) {
      throw new ImageException.Refused(
          "archive",
          "the names in it have more than " + MAX_NAMES + " characters",
          "do not trust it");
    }
    String name = clean(entry.name());
    switch (entry.kind()) {
      case FILE -> members.put(name, new Member(offset, entry.size(), ""));
      case HARD_LINK -> members.put(name, new Member(0, 0, clean(entry.linkName())));
      case SYMLINK -> members.put(name, new Member(0, 0, beside(name, entry.linkName())));
      case DIRECTORY, CHARACTER_DEVICE, BLOCK_DEVICE, FIFO -> {
        // Nothing of an image is in those.
      }
    }
  }

  private static String beside(String name, String target) {
    if (target.startsWith("/")) {
      return clean(target);
    }
    Deque<String> parts = new ArrayDeque<>(List.of(name.split("/", -1)));
    parts.removeLast();
    for (String part : target.split("/", -1)) {
      switch (part) {
        case "", "." -> {}
        case ".." -> parts.pollLast();
        default -> parts.addLast(part);
      }
    }
    return String.join("/", parts);
  }

  private static String clean(String name) {
    String path = name;
    while (path.startsWith("./") || path.startsWith("/")) {
      path = path.substring(path.startsWith("/") ? 1 : 2);
    }
    return path;
  }

  boolean has(String name) {
    return members.containsKey(clean(name));
  }

  private Member find(String name) throws ImageException {
    String at = clean(name);
    for (int i = 0; i < MAX_LINKS; i++) {
      Member member = members.get(at);
      if (member == null) {
        break;
      }
      if (member.link().isEmpty()) {
        return member;
      }
      at = member.link();
    }
    throw new ImageException.Corrupt(
        "archive", "it has no file " + name, "save the image again", null);
  }

  long size(String name) throws ImageException {
    return find(name).size();
  }

  /** Where in the tar a file begins: the same for all its names. */
  long place(String name) throws ImageException {
    return find(name).offset();
  }

  /** The member's bytes; the caller closes the stream. */
  InputStream open(String name) throws IOException {
    Member member = find(name);
    FileInputStream in = new FileInputStream(file.toFile());
    try {
      in.getChannel().position(member.offset());
    } catch (IOException e) {
      in.close();
      throw e;
    }
    return new Window(in, member.size());
  }

  byte[] read(String name, int limit) throws IOException {
    if (find(name).size() > limit) {
      throw new ImageException.Refused(
          "archive file " + name, "it is over the limit of " + limit + " bytes", "");
    }
    try (InputStream in = new BufferedInputStream(open(name))) {
      return in.readAllBytes();
    }
  }

  /** The first so many bytes of a file. */
  private static final class Window extends FilterInputStream {
    private long left;

    Window(InputStream in, long size) {
      super(in);
      left = size;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
      if (left == 0) {
        return -1;
      }
      int n = in.read(target, offset, (int) Math.min(length, left));
      left -= Math.max(0, n);
      return n;
    }

    @Override
    public long skip(long wanted) throws IOException {
      long n = in.skip(Math.min(wanted, left));
      left -= n;
      return n;
    }

    @Override
    public int available() {
      return 0;
    }
  }
}
