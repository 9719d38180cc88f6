package io.gantry.rpc;

import io.gantry.api.cri.v1.AuthConfig;
import io.gantry.api.cri.v1.ImageFilter;
import io.gantry.api.cri.v1.ImageFsInfoResponse;
import io.gantry.api.cri.v1.ImageStatusRequest;
import io.gantry.api.cri.v1.ImageStatusResponse;
import io.gantry.api.cri.v1.ListImagesRequest;
import io.gantry.api.cri.v1.ListImagesResponse;
import io.gantry.api.cri.v1.PullImageRequest;
import io.gantry.api.cri.v1.PullImageResponse;
import io.gantry.api.cri.v1.RemoveImageRequest;
import io.gantry.api.cri.v1.RemoveImageResponse;
import io.gantry.api.gantry.v1.CheckImagesRequest;
import io.gantry.api.gantry.v1.ImportImageOptions;
import io.gantry.api.gantry.v1.ImportImageResponse;
import io.gantry.container.Container;
import io.gantry.image.CheckObserver;
import io.gantry.image.FsUsage;
import io.gantry.image.Image;
import io.gantry.image.ImageStore;
import io.gantry.image.RunningPull;
import io.gantry.image.error.ImageException;
import io.gantry.image.progress.Progress;
import io.gantry.image.reference.ImageReference;
import io.gantry.image.registry.RegistryAuth;
import java.io.InputStream;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The RPCs of images. */
final class ImageCalls {

  private static final Field IMAGE = Field.of("image.image");

  private final ImageStore images;

  ImageCalls(ImageStore images) {
    this.images = images;
  }

  ListImagesResponse list(ListImagesRequest request) {
    return ListImagesResponse.newBuilder().addAllImages(rows(request.getFilter())).build();
  }

  List<io.gantry.api.cri.v1.Image> rows(ImageFilter filter) {
    String wanted = filter.getImage().getImage();
    List<Image> found = wanted.isEmpty() ? images.list() : images.find(wanted).stream().toList();
    return found.stream().map(ImageMessages::message).toList();
  }

  /** CRI: an image that is not there is an empty answer, not an error. */
  ImageStatusResponse status(ImageStatusRequest request) throws ImageException {
    Optional<Image> image = images.find(IMAGE.required(request.getImage().getImage()));
    if (image.isEmpty()) {
      return ImageStatusResponse.getDefaultInstance();
    }
    ImageStatusResponse.Builder response =
        ImageStatusResponse.newBuilder().setImage(ImageMessages.message(image.get()));
    if (request.getVerbose()) {
      response.putInfo("info", Documents.json(info(image.get())));
    }
    return response.build();
  }

  private Map<String, Object> info(Image image) throws ImageException {
    Map<String, Object> info = new LinkedHashMap<>();
    info.put("stored", image.stored());
    info.put("transferSize", image.transferSize());
    info.put("imageSpec", ImageMessages.document(images.config(image)));
    return info;
  }

  PullImageResponse pull(PullImageRequest request) throws ImageException {
    try (RunningPull pull = begin(request)) {
      return PullImageResponse.newBuilder().setImageRef(pull.await().id().toString()).build();
    }
  }

  /** The pull that was asked for; the caller closes it. */
  RunningPull begin(PullImageRequest request) throws ImageException {
    ImageReference reference = ImageMessages.reference(request.getImage().getImage(), IMAGE);
    return images.begin(reference, ImageMessages.auth(request.getAuth(), reference.registry()));
  }

  void check(CheckImagesRequest request, CheckObserver observer) throws ImageException {
    Map<String, RegistryAuth> logins = new HashMap<>();
    for (Map.Entry<String, AuthConfig> login : request.getLoginsMap().entrySet()) {
      logins.put(login.getKey(), ImageMessages.auth(login.getValue(), login.getKey()));
    }
    images.check(request.getRepair(), logins, observer);
  }

  /** CRI: all names of the image go with it; an image that is not there is no error. */
  RemoveImageResponse remove(RemoveImageRequest request) throws ImageException {
    Optional<Image> image = images.find(IMAGE.required(request.getImage().getImage()));
    if (image.isPresent()) {
      images.remove(image.get().id());
    }
    return RemoveImageResponse.getDefaultInstance();
  }

  /** Writable layers lie on the same file system as the layers of images. */
  ImageFsInfoResponse fsInfo() {
    FsUsage usage = images.fsUsage();
    Instant now = Instant.now();
    return ImageFsInfoResponse.newBuilder()
        .addImageFilesystems(ImageMessages.usage(usage, now))
        .addContainerFilesystems(ImageMessages.usage(usage, now))
        .build();
  }

  ImportImageResponse importArchive(
      ImportImageOptions options, InputStream archive, Progress progress) throws ImageException {
    ImportImageResponse.Builder response = ImportImageResponse.newBuilder();
    images
        .importArchive(archive, name(options), progress)
        .forEach(image -> response.addImages(ImageMessages.imported(image)));
    return response.build();
  }

  private static @Nullable ImageReference name(ImportImageOptions options) {
    String text = options.getReferenceOverride();
    return text.isEmpty()
        ? null
        : ImageMessages.reference(text, Field.of("options.reference_override"));
  }

  /**
   * What a person calls a container's image: the name it was asked for by, or, where that was an id
   * as kubelet sends it, the image's own name.
   */
  String nameFor(Container container) {
    String asked = container.spec().image();
    boolean byId = container.image().id().endsWith(asked);
    return byId
        ? images.find(container.image().id()).map(ImageMessages::name).orElse(asked)
        : asked;
  }
}
