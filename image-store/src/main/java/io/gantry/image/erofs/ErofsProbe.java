package io.gantry.image.erofs;

import io.gantry.image.layer.LayerSize;
import io.gantry.image.layer.TarEntry;
import io.gantry.linux.Fd;
import io.gantry.linux.FileCalls;
import io.gantry.linux.FileFlags;
import io.gantry.linux.OpenHow;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/** A small image with what layers have, to see whether the kernel shows it as it must. */
public final class ErofsProbe {

  /** A directory of the image that hides what a lower layer has in it. */
  public static final String HIDING = "hiding";

  private static final String CAPABLE = "capable";
  private static final String CAPABILITY = "security.capability";

  /** cap_net_raw, permitted and effective, in the form of capabilities(7), version 2. */
  private static final byte[] NET_RAW = {
    1, 0, 0, 2, 0, 0x20, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0
  };

  private static final int MEMORY = 1 << 20;

  private ErofsProbe() {}

  /**
   * Writes the image.
   *
   * @param image must not exist
   */
  public static void write(FileCalls files, Path image) throws IOException {
    LayerTree tree = new LayerTree(new LayerSize(10), new TreeWeight(new AtomicLong(MEMORY)));
    var _ = tree.apply(entry(HIDING, TarEntry.Kind.DIRECTORY, Map.of()));
    var _ = tree.apply(entry(HIDING + "/.wh..wh..opq", TarEntry.Kind.FILE, Map.of()));
    var _ = tree.apply(entry(CAPABLE, TarEntry.Kind.FILE, Map.of(CAPABILITY, NET_RAW)));
    ByteBuffer buffer = ByteBuffer.allocate(BlockFile.BLOCK);
    try (BlockFile file = BlockFile.create(files, image, buffer)) {
      file.zeros(BlockFile.BLOCK);
      new ImageMetadata(file, tree.root()).write();
    }
  }

  private static TarEntry entry(String name, TarEntry.Kind kind, Map<String, byte[]> attributes) {
    return new TarEntry(name, kind, 0755, 0, 0, 0, Instant.EPOCH, "", 0, 0, attributes);
  }

  /**
   * Looks at an overlay of the image over a directory that has something in {@link #HIDING}.
   *
   * @throws IOException saying what is not as it must be
   */
  public static void check(FileCalls files, Fd overlay) throws IOException {
    if (!Arrays.equals(files.getxattr(overlay, CAPABLE, CAPABILITY), NET_RAW)) {
      throw new IOException("capabilities of files are not those of the image");
    }
    OpenHow how = OpenHow.beneath(FileFlags.O_RDONLY | FileFlags.O_DIRECTORY);
    try (Fd directory = files.openat2(overlay, HIDING, how)) {
      List<String> names = files.names(directory);
      if (!names.isEmpty()) {
        throw new IOException("what a layer deletes shows all the same: " + names);
      }
    }
  }
}
