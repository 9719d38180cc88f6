package io.gantry.cni.tuning;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gantry.cni.filter.Owner;
import io.gantry.linux.netlink.MacAddress;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What interfaces were like before they were tuned, a file for each. The files have the fields that
 * the CNI project's own plugin writes, and whose they are.
 */
final class FormerSettings {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String OWNER = "owner";

  private final Path directory;

  FormerSettings(Path directory) {
    this.directory = directory;
  }

  private Path file(String containerId, String ifName) {
    return directory.resolve(containerId + "_" + ifName + ".json");
  }

  /** One that is there stays: it tells of the time before an earlier try. */
  void keep(Owner owner, String containerId, String ifName, LinkTuning before) throws IOException {
    Path file = file(containerId, ifName);
    if (Files.exists(file)) {
      return;
    }
    ObjectNode json = JSON.createObjectNode();
    json.put(OWNER, text(owner));
    before.mac().ifPresent(mac -> json.put("mac", mac.toString()));
    before.promiscuous().ifPresent(on -> json.put("promisc", on));
    before.mtu().ifPresent(mtu -> json.put("mtu", mtu));
    before.allMulticast().ifPresent(on -> json.put("allmulti", on));
    before.transmitQueue().ifPresent(packets -> json.put("txQLen", packets));
    Files.createDirectories(directory);
    // under one name each time, so that a crash leaves no more than one
    Path fresh = directory.resolve(file.getFileName() + ".new");
    Files.write(fresh, JSON.writeValueAsBytes(json));
    Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  private static String text(Owner owner) {
    return String.join("/", owner.network(), owner.ifName(), owner.containerId());
  }

  /** What was kept; nothing where there is no file. */
  Optional<LinkTuning> read(String containerId, String ifName) throws IOException {
    return json(file(containerId, ifName))
        .map(json ->
            new LinkTuning(
                Optional.of(json.path("mac").asText())
                    .filter(mac -> !mac.isEmpty())
                    .map(MacAddress::parse),
                number(json.path("mtu")).filter(mtu -> mtu != 0),
                flag(json.path("promisc")),
                flag(json.path("allmulti")),
                number(json.path("txQLen"))));
  }

  private static Optional<Integer> number(JsonNode value) {
    return value.isNumber() ? Optional.of(value.intValue()) : Optional.empty();
  }

  private static Optional<Boolean> flag(JsonNode value) {
    return value.isBoolean() ? Optional.of(value.booleanValue()) : Optional.empty();
  }

  private static Optional<JsonNode> json(Path file) throws IOException {
    try {
      return Optional.of(JSON.readTree(Files.readAllBytes(file)));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (JacksonException e) {
      throw new IOException(file + " is damaged, remove it: " + e.getOriginalMessage(), e);
    }
  }

  void drop(String containerId, String ifName) throws IOException {
    Path file = file(containerId, ifName);
    Files.deleteIfExists(file);
    Files.deleteIfExists(directory.resolve(file.getFileName() + ".new"));
  }

  /** Drops what belongs to that network and to nobody of these; other files are left alone. */
  void retain(String network, List<Owner> staying) throws IOException {
    List<String> kept = staying.stream().map(FormerSettings::text).toList();
    String ours = new Owner(network, "", "").network() + "/";
    for (Path file : files()) {
      String owner = json(file).map(json -> json.path(OWNER).asText()).orElse("");
      if (owner.startsWith(ours) && !kept.contains(owner)) {
        Files.deleteIfExists(file);
      }
    }
  }

  private List<Path> files() throws IOException {
    List<Path> files = new ArrayList<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory, "*.json")) {
      entries.forEach(files::add);
    } catch (NoSuchFileException e) {
      return List.of();
    }
    return files;
  }
}
