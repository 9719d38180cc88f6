package io.gantry.image.archive;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gantry.image.error.ImageException;
import io.gantry.image.manifest.Descriptor;
import io.gantry.image.manifest.ManifestWriter;
import io.gantry.image.manifest.MediaTypes;
import io.gantry.image.manifest.Platform;
import io.gantry.image.reference.Digest;
import io.gantry.image.reference.ImageReference;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;

/**
 * Builds an image and writes it as an OCI layout tar (image spec, image-layout.md). It has one
 * layer unless told otherwise. The same input gives the same bytes: entries are sorted, times and
 * owners are zero. One thread.
 */
public final class ImageWriter {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int CHUNK = 64 << 10;

  /** What becomes one tar entry. */
  private sealed interface Node {
    record Directory(int mode) implements Node {}

    record Link(String target) implements Node {}

    record HardLink(String target) implements Node {}

    record Source(Path file, int mode) implements Node {}

    record Content(String text, int mode) implements Node {}
  }

  /**
   * What the image runs.
   *
   * @param env {@code NAME=value}
   * @param user {@code user[:group]}, or empty for root
   * @param workingDir absolute, or empty
   */
  public record Run(
      List<String> entrypoint,
      List<String> cmd,
      List<String> env,
      String user,
      String workingDir,
      Map<String, String> labels) {

    public static final Run NOTHING = new Run(List.of(), List.of(), List.of(), "", "", Map.of());

    public Run {
      entrypoint = List.copyOf(entrypoint);
      cmd = List.copyOf(cmd);
      env = List.copyOf(env);
      labels = Map.copyOf(labels);
    }
  }

  private final ImageReference name;
  private final Platform platform;
  private final List<SortedMap<String, Node>> layersBelow = new ArrayList<>();
  private SortedMap<String, Node> nodes = new TreeMap<>();
  private boolean gzip;
  private Run run = Run.NOTHING;

  /** A layer as it lies in a file, compressed or not. */
  private record Written(Path file, Digest digest, long size, Digest diffId) {}

  public ImageWriter(ImageReference name, Platform platform) {
    this.name = name;
    this.platform = platform;
  }

  public ImageWriter run(Run newRun) {
    run = newRun;
    return this;
  }

  /** Compresses all layers, as images from registries are. */
  public ImageWriter gzip() {
    gzip = true;
    return this;
  }

  /** What is added from here on goes into a layer above what was added so far. */
  public ImageWriter nextLayer() {
    layersBelow.add(nodes);
    nodes = new TreeMap<>();
    return this;
  }

  /** A directory with its own mode; parents appear by themselves with 0755. */
  public ImageWriter directory(String path, int mode) throws ImageException {
    put(path, new Node.Directory(mode));
    return this;
  }

  public ImageWriter symlink(String path, String target) throws ImageException {
    put(path, new Node.Link(target));
    return this;
  }

  /**
   * Another name for a file of the same layer.
   *
   * @param target the file's path in the image; it must be there when the image is written
   */
  public ImageWriter hardLink(String path, String target) throws ImageException {
    put(path, new Node.HardLink(String.join("/", parts(target))));
    return this;
  }

  /** A file with the given text. */
  public ImageWriter text(String path, String content, int mode) throws ImageException {
    put(path, new Node.Content(content, mode));
    return this;
  }

  /** A file, directory tree or link of this machine, with the modes it has. */
  public ImageWriter add(Path source, String path) throws IOException {
    if (Files.isSymbolicLink(source)) {
      put(path, new Node.Link(Files.readSymbolicLink(source).toString()));
    } else if (Files.isDirectory(source)) {
      put(path, new Node.Directory(mode(source)));
      try (Stream<Path> children = Files.list(source)) {
        for (Path child : children.toList()) {
          add(child, path + "/" + child.getFileName());
        }
      }
    } else {
      put(path, new Node.Source(source, mode(source)));
    }
    return this;
  }

  /** One file with another mode than it has here. */
  public ImageWriter add(Path source, String path, int mode) throws ImageException {
    put(path, new Node.Source(source, mode));
    return this;
  }

  private static int mode(Path file) throws IOException {
    Set<PosixFilePermission> permissions = EnumSet.noneOf(PosixFilePermission.class);
    permissions.addAll(Files.getPosixFilePermissions(file));
    int mode = 0;
    for (PosixFilePermission each : PosixFilePermission.values()) {
      // The enum goes from owner read to others execute, as the bits do.
      mode = mode << 1 | (permissions.contains(each) ? 1 : 0);
    }
    return mode;
  }

  private void put(String path, Node node) throws ImageException {
    List<String> parts = parts(path);
    StringBuilder parent = new StringBuilder();
    for (String part : parts.subList(0, parts.size() - 1)) {
      parent.append(parent.isEmpty() ? "" : "/").append(part);
      nodes.putIfAbsent(parent.toString(), new Node.Directory(0755));
    }
    nodes.put(String.join("/", parts), node);
  }

  private static List<String> parts(String path) throws ImageException {
    List<String> parts = new ArrayList<>();
    for (String part : path.split("/", -1)) {
      if (part.equals("..")) {
        throw new ImageException.Invalid(path, "a path in an image has no ..", "");
      }
      if (!part.isEmpty() && !part.equals(".")) {
        parts.add(part);
      }
    }
    if (parts.isEmpty()) {
      throw new ImageException.Invalid(path, "the root itself cannot be added", "");
    }
    return parts;
  }

  /**
   * Writes the image.
   *
   * @return digest of the config, which is the image's id
   */
  public Digest write(Path target) throws IOException {
    List<Written> written = new ArrayList<>();
    try {
      for (SortedMap<String, Node> layer : layersBelow) {
        written.add(written(layer));
      }
      written.add(written(nodes));
      return writeLayout(written, target);
    } finally {
      for (Written layer : written) {
        Files.deleteIfExists(layer.file());
      }
    }
  }

  private Written written(SortedMap<String, Node> layer) throws IOException {
    Path file = Files.createTempFile("gantry-layer", ".tar");
    try {
      MessageDigest diffId = Digest.newSha256();
      try (OutputStream out = Files.newOutputStream(file);
          OutputStream packed = gzip ? new GZIPOutputStream(out, CHUNK) : out;
          OutputStream tar = new DigestOutputStream(packed, diffId)) {
        writeLayer(layer, tar);
      }
      return new Written(file, digest(file), Files.size(file), Digest.finishSha256(diffId));
    } catch (IOException | RuntimeException failure) {
      Files.deleteIfExists(file);
      throw failure;
    }
  }

  private static void writeLayer(SortedMap<String, Node> nodes, OutputStream out)
      throws IOException {
    TarWriter tar = new TarWriter(new BufferedOutputStream(out, CHUNK));
    for (Map.Entry<String, Node> entry : nodes.entrySet()) {
      String path = entry.getKey();
      switch (entry.getValue()) {
        case Node.Directory directory -> tar.directory(path, directory.mode());
        case Node.Link link -> tar.symlink(path, link.target());
        case Node.HardLink link -> {
          // After the files, because a reader finds the target only when it came before.
        }
        case Node.Content content ->
            tar.file(path, content.mode(), content.text().getBytes(StandardCharsets.UTF_8));
        case Node.Source source -> {
          try (InputStream in = Files.newInputStream(source.file())) {
            tar.file(path, source.mode(), Files.size(source.file()), in);
          }
        }
      }
    }
    writeHardLinks(nodes, tar);
    tar.finish();
  }

  private static void writeHardLinks(SortedMap<String, Node> nodes, TarWriter tar)
      throws IOException {
    for (Map.Entry<String, Node> entry : nodes.entrySet()) {
      if (entry.getValue() instanceof Node.HardLink(String target)) {
        tar.hardLink(entry.getKey(), modeOfFile(nodes, entry.getKey(), target), target);
      }
    }
  }

  private static int modeOfFile(SortedMap<String, Node> nodes, String link, String target)
      throws ImageException {
    return switch (nodes.get(target)) {
      case Node.Source source -> source.mode();
      case Node.Content content -> content.mode();
      case null, default ->
          throw new ImageException.Invalid(
              link, "there is no file " + target + " to link to", "add the file as well");
    };
  }

  private Digest writeLayout(List<Written> layers, Path target) throws IOException {
    byte[] config = config(layers);
    byte[] manifest = manifest(Digest.ofBytes(config), config.length, layers);
    Map<String, byte[]> documents = new LinkedHashMap<>();
    documents.put(path(Digest.ofBytes(config)), config);
    documents.put(path(Digest.ofBytes(manifest)), manifest);
    try (OutputStream out = Files.newOutputStream(target)) {
      TarWriter tar = new TarWriter(new BufferedOutputStream(out, CHUNK));
      tar.file("oci-layout", 0644, json("{\"imageLayoutVersion\":\"1.0.0\"}"));
      tar.file("index.json", 0644, index(manifest));
      for (Map.Entry<String, byte[]> document : documents.entrySet()) {
        tar.file(document.getKey(), 0644, document.getValue());
      }
      Set<Digest> there = new HashSet<>();
      for (Written layer : layers) {
        if (!there.add(layer.digest())) {
          continue; // Two layers with the same content are one blob.
        }
        try (InputStream content = Files.newInputStream(layer.file())) {
          tar.file(path(layer.digest()), 0644, layer.size(), content);
        }
      }
      tar.finish();
    }
    return Digest.ofBytes(config);
  }

  private static byte[] json(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static Digest digest(Path file) throws IOException {
    MessageDigest hash = Digest.newSha256();
    byte[] chunk = new byte[CHUNK];
    try (InputStream in = Files.newInputStream(file)) {
      for (int n = in.read(chunk); n > 0; n = in.read(chunk)) {
        hash.update(chunk, 0, n);
      }
    }
    return Digest.finishSha256(hash);
  }

  private static String path(Digest digest) {
    return "blobs/" + digest.algorithm() + "/" + digest.hex();
  }

  private byte[] config(List<Written> layers) throws IOException {
    ObjectNode config = JSON.createObjectNode();
    config.put("created", "1970-01-01T00:00:00Z");
    config.put("architecture", platform.architecture());
    config.put("os", platform.os());
    if (!platform.variant().isEmpty()) {
      config.put("variant", platform.variant());
    }
    ObjectNode process = config.putObject("config");
    texts(process, "Env", run.env());
    texts(process, "Entrypoint", run.entrypoint());
    texts(process, "Cmd", run.cmd());
    text(process, "User", run.user());
    text(process, "WorkingDir", run.workingDir());
    if (!run.labels().isEmpty()) {
      ObjectNode labels = process.putObject("Labels");
      new TreeMap<>(run.labels()).forEach(labels::put);
    }
    ObjectNode rootfs = config.putObject("rootfs");
    rootfs.put("type", "layers");
    ArrayNode diffIds = rootfs.putArray("diff_ids");
    layers.forEach(layer -> diffIds.add(layer.diffId().toString()));
    return JSON.writeValueAsBytes(config);
  }

  private static void text(ObjectNode object, String field, String value) {
    if (!value.isEmpty()) {
      object.put(field, value);
    }
  }

  private static void texts(ObjectNode object, String field, List<String> values) {
    if (!values.isEmpty()) {
      ArrayNode array = object.putArray(field);
      values.forEach(array::add);
    }
  }

  private byte[] manifest(Digest config, long configSize, List<Written> layers) {
    String type = gzip ? MediaTypes.OCI_LAYER_GZIP : MediaTypes.OCI_LAYER;
    return ManifestWriter.manifest(
        new Descriptor(MediaTypes.OCI_CONFIG, config, configSize),
        layers.stream().map(layer -> new Descriptor(type, layer.digest(), layer.size())).toList());
  }

  private byte[] index(byte[] manifest) {
    Map<String, String> names = Map.of("org.opencontainers.image.ref.name", name.toString());
    return ManifestWriter.index(
        List.of(
            new Descriptor(
                MediaTypes.OCI_MANIFEST, Digest.ofBytes(manifest), manifest.length, names)));
  }
}
