package io.gantry.rpc;

import io.gantry.api.cri.v1.AuthConfig;
import io.gantry.api.cri.v1.FilesystemIdentifier;
import io.gantry.api.cri.v1.FilesystemUsage;
import io.gantry.api.cri.v1.ImageSpec;
import io.gantry.api.cri.v1.Int64Value;
import io.gantry.api.cri.v1.UInt64Value;
import io.gantry.api.gantry.v1.ImportedImage;
import io.gantry.api.gantry.v1.OutgoingImage;
import io.gantry.container.ImageNote;
import io.gantry.image.DepartedImage;
import io.gantry.image.FsUsage;
import io.gantry.image.HistoryStep;
import io.gantry.image.Image;
import io.gantry.image.error.ImageException;
import io.gantry.image.manifest.ImageConfig;
import io.gantry.image.reference.Digest;
import io.gantry.image.reference.ImageReference;
import io.gantry.image.registry.RegistryAuth;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** CRI messages about images from and to the forms of the image store. */
final class ImageMessages {

  private ImageMessages() {}

  /** A reference as a person writes it; what is wrong with it is told with the field's name. */
  static ImageReference reference(String text, Field field) {
    try {
      return ImageReference.parse(field.required(text));
    } catch (ImageException e) {
      throw field.wrong("is no image reference: " + e.getMessage(), e.nextStep());
    }
  }

  static ImageNote note(ImageSpec image, Field field) {
    image.getAnnotationsMap().values().forEach(field.in("annotations")::text);
    return new ImageNote(
        new TreeMap<>(image.getAnnotationsMap()),
        field.in("user_specified_image").text(image.getUserSpecifiedImage()),
        field.in("runtime_handler").text(image.getRuntimeHandler()));
  }

  /**
   * The image of a container.
   *
   * @param name what a person calls it
   */
  static ImageSpec spec(String name, ImageNote note) {
    return ImageSpec.newBuilder()
        .setImage(name)
        .putAllAnnotations(note.annotations())
        .setUserSpecifiedImage(note.userSpecified())
        .setRuntimeHandler(note.runtimeHandler())
        .build();
  }

  /** Credentials for a registry, which is a host as in references. */
  static RegistryAuth auth(AuthConfig auth, String registry) throws ImageException {
    return RegistryAuth.ofCri(
        auth.getUsername(),
        auth.getPassword(),
        auth.getAuth(),
        auth.getServerAddress(),
        auth.getIdentityToken(),
        auth.getRegistryToken(),
        registry);
  }

  static io.gantry.api.cri.v1.Image message(Image image) {
    io.gantry.api.cri.v1.Image.Builder message =
        io.gantry.api.cri.v1.Image.newBuilder()
            .setId(image.id().toString())
            .addAllRepoTags(image.repoTags())
            .addAllRepoDigests(image.repoDigests())
            .setSize(image.size())
            .setUsername(image.user().name())
            .setSpec(ImageSpec.newBuilder().setImage(name(image)))
            .setPinned(image.pinned());
    image.user().uid().ifPresent(uid -> message.setUid(Int64Value.newBuilder().setValue(uid)));
    return message.build();
  }

  /** What a person calls an image: a tag, else a digest reference, else its id. */
  static String name(Image image) {
    List<String> names = image.repoTags().isEmpty() ? image.repoDigests() : image.repoTags();
    return names.isEmpty() ? image.id().toString() : names.getFirst();
  }

  static FilesystemUsage usage(FsUsage usage, Instant now) {
    return FilesystemUsage.newBuilder()
        .setTimestamp(Times.nanoseconds(now))
        .setFsId(FilesystemIdentifier.newBuilder().setMountpoint(usage.mountpoint().toString()))
        .setUsedBytes(UInt64Value.newBuilder().setValue(usage.bytes()))
        .setInodesUsed(UInt64Value.newBuilder().setValue(usage.inodes()))
        .build();
  }

  static ImportedImage imported(Image image) {
    return ImportedImage.newBuilder()
        .setId(image.id().toString())
        .addAllReferences(image.repoTags())
        .build();
  }

  static io.gantry.api.gantry.v1.HistoryStep step(HistoryStep step) {
    return io.gantry.api.gantry.v1.HistoryStep.newBuilder()
        .setCreated(step.created())
        .setCreatedBy(step.createdBy())
        .setAuthor(step.author())
        .setComment(step.comment())
        .setDiffId(step.diffId() == null ? "" : step.diffId().toString())
        .setSize(step.size())
        .build();
  }

  static OutgoingImage departed(DepartedImage image) {
    return OutgoingImage.newBuilder()
        .setId(image.id().toString())
        .setManifestDigest(image.manifest().toString())
        .addAllReferences(image.names().stream().map(ImageReference::toString).toList())
        .setRepacked(image.repacked())
        .build();
  }

  /** The image's config in the form of the OCI image specification (config.md). */
  static Map<String, Object> document(ImageConfig config) {
    Map<String, Object> run = new LinkedHashMap<>();
    run.put("User", config.user());
    run.put("Env", config.env());
    run.put("Entrypoint", config.entrypoint());
    run.put("Cmd", config.cmd());
    run.put("WorkingDir", config.workingDir());
    run.put("StopSignal", config.stopSignal());
    run.put("Labels", config.labels());
    run.put("Volumes", config.volumes());
    run.put("ExposedPorts", config.exposedPorts());
    run.values().removeIf(ImageMessages::empty);
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("created", config.created());
    document.put("architecture", config.architecture());
    document.put("os", config.os());
    document.put("config", run);
    List<String> diffIds = config.diffIds().stream().map(Digest::toString).toList();
    document.put("rootfs", Map.of("type", "layers", "diff_ids", diffIds));
    return document;
  }

  private static boolean empty(Object value) {
    return value.equals("") || value.equals(List.of()) || value.equals(Map.of());
  }
}
