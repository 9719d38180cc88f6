package io.gantry.conformance.networks;

import io.gantry.conformance.node.PrivateNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/** What a test configures a node's networks with, and where it sees what they wrote down. */
record NodeNetworkFiles(Path directory) {

  static NodeNetworkFiles of(PrivateNode node) {
    return new NodeNetworkFiles(node.stateDirectories().getFirst().resolveSibling("cni"));
  }

  /** A configuration list; ' stands for ", and DATA for a directory for host-local's files. */
  void write(String file, String json) throws IOException {
    Files.createDirectories(directory);
    String text = json.replace('\'', '"').replace("DATA", data().toString());
    Files.writeString(directory.resolve(file), text);
  }

  void delete(String file) throws IOException {
    Files.delete(directory.resolve(file));
  }

  Path data() {
    return directory.resolveSibling("cni-data");
  }

  /** A plugin that is a shell script. */
  void plugin(String type, String script) throws IOException {
    Path program = programs().resolve(type);
    Files.writeString(program, "#!/bin/sh\n" + script);
    Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  /** A plugin that Debian brings, under another name, so that no built-in one is taken for it. */
  void foreign(String type, String debian) throws IOException {
    Files.createSymbolicLink(programs().resolve(type), Path.of("/usr/lib/cni", debian));
  }

  private Path programs() throws IOException {
    return Files.createDirectories(directory.resolveSibling("cni-bin"));
  }
}
