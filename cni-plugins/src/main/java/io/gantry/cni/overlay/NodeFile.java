package io.gantry.cni.overlay;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.gantry.cni.file.WholeFile;
import io.gantry.linux.netlink.IpPrefix;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Where it is written down what this node is in the overlay. The plugin, also as a program of its
 * own, takes the node's block from it, and after a restart the node asks for that block again.
 */
public final class NodeFile {

  private static final int VERSION = 1;
  private static final ObjectMapper JSON = new ObjectMapper();

  /**
   * What the node is.
   *
   * @param device name of its VXLAN device
   * @param mtu bytes that fit into the overlay
   * @param until when the blocks may become another node's; null for never
   * @param problem why no pods may be added, or empty
   */
  public record Content(
      String device, int mtu, List<NodeBlock> blocks, @Nullable Instant until, String problem) {

    public Content {
      blocks = List.copyOf(blocks);
    }

    List<IpPrefix> own() {
      return blocks.stream().map(NodeBlock::block).toList();
    }

    Content refused(String why) {
      return new Content(device, mtu, blocks, until, why);
    }
  }

  /**
   * One of the node's blocks.
   *
   * @param whole the block of all nodes that it is a part of
   */
  public record NodeBlock(IpPrefix block, IpPrefix whole) {}

  /** The file's form. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  private record Form(
      int version,
      @Nullable String device,
      int mtu,
      @Nullable List<BlockForm> blocks,
      @Nullable String until,
      @Nullable String problem) {}

  private record BlockForm(@Nullable String block, @Nullable String network) {}

  private final Path path;

  public NodeFile(Path path) {
    this.path = path;
  }

  /** What is written, or nothing when the node was in no overlay yet. */
  public Optional<Content> read() throws IOException {
    try {
      return Optional.of(content(JSON.readValue(Files.readString(path), Form.class)));
    } catch (NoSuchFileException none) {
      return Optional.empty();
    } catch (JacksonException | IllegalArgumentException | DateTimeException e) {
      throw new IOException(
          "cannot read this node's place in the overlay from %s: remove the file to have it written"
              .formatted(path),
          e);
    }
  }

  private static Content content(@Nullable Form form) {
    if (form == null
        || form.version() != VERSION
        || form.device() == null
        || form.blocks() == null) {
      throw new IllegalArgumentException("not of version " + VERSION);
    }
    String until = form.until();
    String problem = form.problem();
    return new Content(
        form.device(),
        form.mtu(),
        form.blocks().stream().map(NodeFile::block).toList(),
        until == null ? null : Instant.parse(until),
        problem == null ? "" : problem);
  }

  private static NodeBlock block(BlockForm form) {
    if (form.block() == null || form.network() == null) {
      throw new IllegalArgumentException("a block without block or network");
    }
    return new NodeBlock(IpPrefix.parse(form.block()), IpPrefix.parse(form.network()));
  }

  /** Replaces what is written there, whole or not at all, and synced. */
  void write(Content content) throws IOException {
    WholeFile.write(path, JSON.writeValueAsString(form(content)) + "\n");
  }

  private static Form form(Content content) {
    Instant until = content.until();
    return new Form(
        VERSION,
        content.device(),
        content.mtu(),
        content.blocks().stream()
            .map(block -> new BlockForm(block.block().toString(), block.whole().toString()))
            .toList(),
        until == null ? null : until.toString(),
        content.problem().isEmpty() ? null : content.problem());
  }

  @Override
  public String toString() {
    return path.toString();
  }
}
