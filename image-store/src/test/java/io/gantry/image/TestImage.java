package io.gantry.image;

import static java.util.stream.Collectors.joining;

import com.github.luben.zstd.Zstd;
import io.gantry.image.reference.Digest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPOutputStream;

/** An image in memory: its documents and blobs as a registry would hold them. */
public final class TestImage {

  public static final String OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json";
  public static final String OCI_INDEX = "application/vnd.oci.image.index.v1+json";
  public static final String DOCKER_MANIFEST =
      "application/vnd.docker.distribution.manifest.v2+json";

  public final Map<Digest, byte[]> blobs = new LinkedHashMap<>();
  public final List<Digest> diffIds;
  public final byte[] config;
  public final byte[] manifest;
  public final String mediaType;

  private TestImage(List<byte[]> tars, String compression, boolean docker, String configFields) {
    this(
        tars.stream().map(tar -> compress(tar, compression)).toList(),
        tars.stream().map(Digest::ofBytes).toList(),
        layerType(compression, docker),
        docker,
        configFields);
  }

  private TestImage(
      List<byte[]> packed,
      List<Digest> diffIds,
      String layerType,
      boolean docker,
      String configFields) {
    this.diffIds = diffIds;
    List<String> layers = new ArrayList<>();
    for (byte[] blob : packed) {
      Digest digest = Digest.ofBytes(blob);
      blobs.put(digest, blob);
      layers.add(descriptor(layerType, digest, blob.length));
    }
    config =
        text(
            "{\"architecture\":\"amd64\",\"os\":\"linux\",\"config\":{%s},".formatted(configFields)
                + "\"rootfs\":{\"type\":\"layers\",\"diff_ids\":["
                + diffIds.stream().map(id -> '"' + id.toString() + '"').collect(joining(","))
                + "]}}");
    blobs.put(id(), config);
    mediaType = docker ? DOCKER_MANIFEST : OCI_MANIFEST;
    String configType =
        docker
            ? "application/vnd.docker.container.image.v1+json"
            : "application/vnd.oci.image.config.v1+json";
    manifest =
        text(
            "{\"schemaVersion\":2,\"mediaType\":\"%s\",\"config\":%s,\"layers\":[%s]}"
                .formatted(
                    mediaType,
                    descriptor(configType, id(), config.length),
                    String.join(",", layers)));
  }

  public static TestImage of(byte[]... tars) {
    return new TestImage(List.of(tars), "gzip", false, "\"Env\":[\"A=b\"],\"Cmd\":[\"/bin/sh\"]");
  }

  /** Three steps for two layers, the last of which is told by nobody. */
  public static TestImage withHistory(byte[] lower, byte[] upper) {
    return new TestImage(
        List.of(lower, upper),
        "gzip",
        false,
        "},\"history\":[{\"created_by\":\"ADD base\"},"
            + "{\"created_by\":\"ENV X\",\"empty_layer\":true}],\"x\":{");
  }

  public static TestImage docker(byte[]... tars) {
    return new TestImage(List.of(tars), "gzip", true, "\"User\":\"1000:1000\"");
  }

  public static TestImage compressed(String compression, byte[]... tars) {
    return new TestImage(List.of(tars), compression, false, "");
  }

  /** An image whose only layer is made of these bytes, whatever they are. */
  public static TestImage withLayer(byte[] blob) {
    return new TestImage(List.of(blob), "none", false, "");
  }

  /** One layer whose blob was packed before. */
  public static TestImage ofBlob(byte[] blob, Digest diffId) {
    return new TestImage(List.of(blob), List.of(diffId), layerType("zstd", false), false, "");
  }

  public Digest id() {
    return Digest.ofBytes(config);
  }

  /** Bytes of all layers' blobs. */
  public long transferSize() {
    return blobs.entrySet().stream()
        .filter(blob -> !blob.getKey().equals(id()))
        .mapToLong(blob -> blob.getValue().length)
        .sum();
  }

  public Digest digest() {
    return Digest.ofBytes(manifest);
  }

  public static String descriptor(String mediaType, Digest digest, long size) {
    return "{\"mediaType\":\"%s\",\"digest\":\"%s\",\"size\":%d}"
        .formatted(mediaType, digest, size);
  }

  /** An index whose entries are written out by the caller. */
  public static byte[] index(String... entries) {
    return text(
        "{\"schemaVersion\":2,\"mediaType\":\"%s\",\"manifests\":[%s]}"
            .formatted(OCI_INDEX, String.join(",", entries)));
  }

  public String entry(String os, String architecture, String variant) {
    return "{\"mediaType\":\"%s\",\"digest\":\"%s\",\"size\":%d,\"platform\":{\"os\":\"%s\",\"architecture\":\"%s\",\"variant\":\"%s\"}}"
        .formatted(mediaType, digest(), manifest.length, os, architecture, variant);
  }

  private static String layerType(String compression, boolean docker) {
    if (docker) {
      return "application/vnd.docker.image.rootfs.diff.tar.gzip";
    }
    String suffix = compression.equals("none") ? "" : "+" + compression;
    return "application/vnd.oci.image.layer.v1.tar" + suffix;
  }

  public static byte[] compress(byte[] tar, String compression) {
    return switch (compression) {
      case "none" -> tar;
      case "zstd" -> Zstd.compress(tar);
      default -> gzip(tar);
    };
  }

  public static byte[] gzip(byte[] plain) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
      gzip.write(plain);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }

  public static byte[] text(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
