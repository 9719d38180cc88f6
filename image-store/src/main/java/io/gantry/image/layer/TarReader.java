package io.gantry.image.layer;

import io.gantry.image.error.ImageException;
import io.gantry.linux.KernelText;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Reads a tar stream entry by entry: ustar with prefix, pax headers with binary values, GNU long
 * names, base-256 numbers and sparse files, whose zeros are read like all else. Content that is not
 * read is skipped. Memory is one buffer and one header, whatever the archive says. One thread.
 */
public final class TarReader {

  private static final int BUFFER = 128 << 10;
  private static final int MAX_EXTENSION = 1 << 20;
  private static final int MAX_EXTENSIONS = 16;
  private static final int MAX_NAME = 4096;
  private static final long MAX_ID = 0xffff_fffeL;
  private static final int MAX_DIGITS = 20;
  private static final byte[] ZEROS = new byte[4096];

  private final InputStream in;
  private final byte[] buffer = new byte[BUFFER];
  private int position;
  private int limit;
  private long contentLeft;
  private long paddingLeft;
  private boolean ended;
  private long filled;

  /** Of the current entry if it is a sparse file; then how far its content was read, and where. */
  private @Nullable SparseMap sparse;

  private long sparseRead;
  private int sparsePart;

  /** Reads {@code in}, which stays open; its end is not read beyond the archive's. */
  public TarReader(InputStream in) {
    this.in = in;
  }

  /** The next entry, or null at the end of the archive. */
  public @Nullable TarEntry next() throws IOException {
    Extensions extensions = new Extensions();
    while (!ended) {
      skip(contentLeft + paddingLeft);
      contentLeft = 0;
      paddingLeft = 0;
      TarHeader header = header();
      if (header == null) {
        ended = true;
        break;
      }
      if (!extensions.take(header)) {
        return entry(header, extensions);
      }
    }
    return null;
  }

  /** The rare headers before an entry that say what did not fit into it. */
  private final class Extensions {
    private PaxRecords pax = PaxRecords.NONE;
    private @Nullable String longName;
    private @Nullable String longLink;
    private int count;

    /** Whether the header was an extension, which is then taken in. */
    boolean take(TarHeader header) throws IOException {
      switch (header.type()) {
        case 'x' -> pax = PaxRecords.parse(extension(header));
        case 'L' -> longName = longText(header);
        case 'K' -> longLink = longText(header);
        // What holds for all entries is of no use here; next() skips it.
        case 'g' -> begin(header.size());
        default -> {
          return false;
        }
      }
      if (++count > MAX_EXTENSIONS) {
        throw new ImageException.Refused(
            "tar extension header",
            "more than " + MAX_EXTENSIONS + " follow each other without an entry",
            "do not trust this image");
      }
      return true;
    }

    private String longText(TarHeader header) throws IOException {
      byte[] text = extension(header);
      int end = 0;
      while (end < text.length && text[end] != 0) {
        end++;
      }
      return KernelText.text(text, 0, end);
    }

    private byte[] extension(TarHeader header) throws IOException {
      long size = header.size();
      if (size > MAX_EXTENSION) {
        throw new ImageException.Refused(
            "tar extension header", size + " bytes are over the limit of " + MAX_EXTENSION, "");
      }
      begin(size);
      byte[] content = new byte[(int) size];
      ByteBuffer target = ByteBuffer.wrap(content);
      while (target.hasRemaining()) {
        read(target);
      }
      return content;
    }
  }

  private TarEntry entry(TarHeader header, Extensions extensions) throws IOException {
    PaxRecords pax = extensions.pax;
    String path = orElse(pax.text("path"), orElse(extensions.longName, header.name()));
    String name = orElse(pax.sparseName(), path);
    char type = header.type();
    TarEntry.Kind kind = kind(type, name);
    String link = orElse(pax.text("linkpath"), orElse(extensions.longLink, header.linkName()));
    requireShort(name, name, "its name");
    requireShort(link, name, "the target of the link");
    boolean device = kind == TarEntry.Kind.CHARACTER_DEVICE || kind == TarEntry.Kind.BLOCK_DEVICE;
    long size = kind == TarEntry.Kind.FILE ? pax.number("size", header.size()) : 0;
    if (size < 0) {
      throw new ImageException.Corrupt("tar entry " + name, "its size is negative", "", null);
    }
    TarEntry entry =
        new TarEntry(
            name,
            kind,
            header.mode(),
            id(pax.number("uid", header.uid()), name),
            id(pax.number("gid", header.gid()), name),
            size,
            modified(pax, header),
            link,
            device ? header.major() : 0,
            device ? header.minor() : 0,
            pax.xattrs());
    if (type == 'S') {
      SparseMap map = continuedMap(header, name);
      begin(size);
      return spread(entry, map);
    }
    begin(size);
    if (kind == TarEntry.Kind.FILE && pax.isSparse()) {
      return spread(
          entry, pax.hasMapInContent(name) ? mapInContent(pax, name) : pax.sparseMap(name));
    }
    return entry;
  }

  /** GNU tar's own form: in the header, and in blocks between it and the content. */
  private SparseMap continuedMap(TarHeader header, String name) throws IOException {
    SparseMap map = header.sparseMap(name);
    boolean more = header.isContinued();
    while (more) {
      TarHeader block = block();
      if (block == null) {
        throw cutShort();
      }
      more = block.continues(map);
    }
    return map;
  }

  /**
   * Lines of decimal numbers, filled up to whole blocks: how many parts, offset, length, and so on.
   */
  private SparseMap mapInContent(PaxRecords pax, String name) throws IOException {
    SparseMap map = new SparseMap(name, pax.sparseSize());
    long before = contentLeft;
    long parts = map.number(line());
    map.announce(parts);
    for (long i = 0; i < parts; i++) {
      map.add(map.number(line()), map.number(line()));
    }
    long over = (before - contentLeft) % TarHeader.BLOCK;
    if (over > 0) {
      long fill = Math.min(contentLeft, TarHeader.BLOCK - over);
      skip(fill);
      contentLeft -= fill;
    }
    return map;
  }

  private String line() throws IOException {
    StringBuilder line = new StringBuilder();
    ByteBuffer one = ByteBuffer.allocate(1);
    while (line.length() < MAX_DIGITS) {
      if (stored(one.clear()) < 0) {
        break;
      }
      char c = (char) one.get(0);
      if (c == '\n') {
        break;
      }
      line.append(c);
    }
    return line.toString();
  }

  private TarEntry spread(TarEntry entry, SparseMap map) throws ImageException {
    if (map.stored() != contentLeft) {
      throw map.damaged(
          "of its parts there are " + contentLeft + ", not " + map.stored() + " bytes");
    }
    sparse = map;
    return entry.withSize(map.size());
  }

  private static void requireShort(String text, String name, String what) throws ImageException {
    if (text.length() > MAX_NAME) {
      throw new ImageException.Refused(
          "tar entry " + name, what + " is too long: over " + MAX_NAME + " characters", "");
    }
  }

  private static Instant modified(PaxRecords pax, TarHeader header) throws IOException {
    return pax.time("mtime", header.modified());
  }

  private static String orElse(@Nullable String first, String second) {
    return first == null ? second : first;
  }

  private static int id(long id, String name) throws ImageException {
    if (id < 0 || id > MAX_ID) {
      throw new ImageException.Corrupt(
          "tar entry " + name, "owner " + id + " is out of range", "", null);
    }
    return (int) id;
  }

  private static TarEntry.Kind kind(char type, String name) throws ImageException {
    return switch (type) {
      // The oldest tars mark a directory by nothing but the slash.
      case 0 -> name.endsWith("/") ? TarEntry.Kind.DIRECTORY : TarEntry.Kind.FILE;
      case '0', '7', 'S' -> TarEntry.Kind.FILE;
      case '1' -> TarEntry.Kind.HARD_LINK;
      case '2' -> TarEntry.Kind.SYMLINK;
      case '3' -> TarEntry.Kind.CHARACTER_DEVICE;
      case '4' -> TarEntry.Kind.BLOCK_DEVICE;
      case '5' -> TarEntry.Kind.DIRECTORY;
      case '6' -> TarEntry.Kind.FIFO;
      default ->
          throw new ImageException.Unsupported(
              "tar entry " + name,
              "it is of type '" + type + "', which is not supported",
              "build it without");
    };
  }

  private void begin(long size) {
    sparse = null;
    sparseRead = 0;
    sparsePart = 0;
    contentLeft = size;
    paddingLeft = -size & (TarHeader.BLOCK - 1);
  }

  /**
   * Reads content of the current entry into the target's free space.
   *
   * @return bytes, or -1 when the content is at its end
   */
  public int read(ByteBuffer target) throws IOException {
    SparseMap map = sparse;
    return map == null ? stored(target) : read(map, target);
  }

  private int read(SparseMap map, ByteBuffer target) throws IOException {
    if (sparseRead == map.size()) {
      return -1;
    }
    long start = map.start(sparsePart);
    if (sparseRead < start) {
      int n = (int) Math.min(Math.min(start - sparseRead, target.remaining()), ZEROS.length);
      target.put(ZEROS, 0, n);
      sparseRead += n;
      return n;
    }
    long left = map.end(sparsePart) - sparseRead;
    int limit = target.limit();
    target.limit((int) Math.min(limit, target.position() + left));
    int n = stored(target);
    target.limit(limit);
    sparseRead += n;
    sparsePart += n == left ? 1 : 0;
    return n;
  }

  /** Whether the current entry is a file whose bytes do not lie in the stream as they are. */
  public boolean isSparse() {
    return sparse != null;
  }

  private int stored(ByteBuffer target) throws IOException {
    if (contentLeft == 0) {
      return -1;
    }
    if (position == limit) {
      fill();
    }
    int n = (int) Math.min(Math.min(limit - position, target.remaining()), contentLeft);
    target.put(buffer, position, n);
    position += n;
    contentLeft -= n;
    return n;
  }

  /** Where in the stream the next unread byte is: after {@link #next}, the entry's content. */
  public long offset() {
    return filled - (limit - position);
  }

  private @Nullable TarHeader header() throws IOException {
    TarHeader header = block();
    if (header == null || header.isZero()) {
      return null;
    }
    header.requireChecksum();
    return header;
  }

  /** The next block of the archive, good until the one after it is read; null at a clean end. */
  private @Nullable TarHeader block() throws IOException {
    if (limit - position < TarHeader.BLOCK && !fillHeader()) {
      return null;
    }
    TarHeader block = new TarHeader(buffer, position);
    position += TarHeader.BLOCK;
    return block;
  }

  /** False at a clean end: some writers leave the two zero blocks out. */
  private boolean fillHeader() throws IOException {
    System.arraycopy(buffer, position, buffer, 0, limit - position);
    limit -= position;
    position = 0;
    while (limit < TarHeader.BLOCK) {
      int n = in.read(buffer, limit, buffer.length - limit);
      if (n < 0 && limit == 0) {
        return false;
      }
      if (n <= 0) {
        throw cutShort();
      }
      limit += n;
      filled += n;
    }
    return true;
  }

  private void fill() throws IOException {
    position = 0;
    limit = 0;
    int n = in.read(buffer, 0, buffer.length);
    if (n <= 0) {
      throw cutShort();
    }
    limit = n;
    filled += n;
  }

  private void skip(long count) throws IOException {
    long left = count;
    while (left > 0) {
      if (position == limit) {
        fill();
      }
      int n = (int) Math.min(limit - position, left);
      position += n;
      left -= n;
    }
  }

  private static ImageException cutShort() {
    return new ImageException.Corrupt(
        "tar stream", "it ends in the middle of an entry", "pull or build the image again", null);
  }
}
