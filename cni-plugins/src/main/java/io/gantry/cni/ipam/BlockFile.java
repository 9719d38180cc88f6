package io.gantry.cni.ipam;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.gantry.cni.file.WholeFile;
import io.gantry.linux.netlink.IpPrefix;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Where a network's blocks are written down, so that they stay over restarts. */
public final class BlockFile {

  private static final int VERSION = 2;
  private static final ObjectMapper JSON =
      new ObjectMapper().setDefaultPropertyInclusion(JsonInclude.Include.NON_NULL);

  /**
   * The file's form.
   *
   * @param block of writers that knew only one
   */
  record Content(int version, @Nullable String block, @Nullable List<String> blocks) {}

  private final Path path;

  public BlockFile(Path path) {
    this.path = path;
  }

  /** The blocks; none when nothing is written down yet. */
  public List<IpPrefix> read() throws IOException {
    try {
      return blocks(JSON.readValue(Files.readString(path), Content.class));
    } catch (NoSuchFileException none) {
      return List.of();
    } catch (JacksonException | IllegalArgumentException e) {
      throw new IOException(
          "cannot read the address block from " + path + ": remove the file to have one chosen", e);
    }
  }

  private static List<IpPrefix> blocks(@Nullable Content content) {
    if (content == null || content.version() < 1 || content.version() > VERSION) {
      throw new IllegalArgumentException("no address blocks of a version up to " + VERSION);
    }
    List<String> texts = content.blocks();
    if (texts == null) {
      if (content.block() == null) {
        throw new IllegalArgumentException("neither block nor blocks");
      }
      texts = List.of(content.block());
    }
    return texts.stream().map(IpPrefix::parse).toList();
  }

  /** Replaces what is written there, whole or not at all, and synced. */
  public void write(List<IpPrefix> blocks) throws IOException {
    List<String> texts = blocks.stream().map(IpPrefix::toString).toList();
    WholeFile.write(path, JSON.writeValueAsString(new Content(VERSION, null, texts)) + "\n");
  }
}
