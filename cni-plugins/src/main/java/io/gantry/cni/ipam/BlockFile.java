package io.gantry.cni.ipam;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.gantry.linux.netlink.IpPrefix;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Where the chosen block is written down, so that it stays over restarts. */
public final class BlockFile {

  private static final int VERSION = 1;
  private static final ObjectMapper JSON = new ObjectMapper();

  /** The file's form. */
  record Content(int version, @Nullable String block) {}

  private final Path path;

  public BlockFile(Path path) {
    this.path = path;
  }

  /** The block, or nothing when none was chosen yet. */
  public Optional<IpPrefix> read() throws IOException {
    try {
      return Optional.of(block(JSON.readValue(Files.readString(path), Content.class)));
    } catch (NoSuchFileException none) {
      return Optional.empty();
    } catch (JacksonException | IllegalArgumentException e) {
      throw new IOException(
          "cannot read the address block from " + path + ": remove the file to have one chosen", e);
    }
  }

  private static IpPrefix block(@Nullable Content content) {
    if (content == null || content.version() != VERSION || content.block() == null) {
      throw new IllegalArgumentException("not an address block of version " + VERSION);
    }
    return IpPrefix.parse(content.block());
  }

  /** Replaces what is written there, whole or not at all, and synced. */
  public void write(IpPrefix block) throws IOException {
    Path directory = path.toAbsolutePath().getParent();
    if (directory != null) {
      Files.createDirectories(directory);
    }
    Path fresh = path.resolveSibling(path.getFileName() + ".tmp");
    String text = JSON.writeValueAsString(new Content(VERSION, block.toString())) + "\n";
    writeSynced(fresh, text);
    Files.move(fresh, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  private static void writeSynced(Path file, String text) throws IOException {
    try (FileChannel channel =
        FileChannel.open(
            file,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE)) {
      ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      channel.force(true);
    }
  }
}
