package io.gantry.rpc;

import io.gantry.api.gantry.v1.ExportImageRequest;
import io.gantry.api.gantry.v1.ExportImageResponse;
import io.gantry.api.gantry.v1.ExportedImages;
import io.gantry.api.gantry.v1.ImageHistoryRequest;
import io.gantry.api.gantry.v1.ImageHistoryResponse;
import io.gantry.api.gantry.v1.PushImageRequest;
import io.gantry.api.gantry.v1.PushImageResponse;
import io.gantry.api.gantry.v1.TagImageRequest;
import io.gantry.api.gantry.v1.TagImageResponse;
import io.gantry.api.gantry.v1.UntagImageRequest;
import io.gantry.api.gantry.v1.UntagImageResponse;
import io.gantry.error.InvalidException;
import io.gantry.error.NotFoundException;
import io.gantry.error.Subject;
import io.gantry.image.Image;
import io.gantry.image.ImageExport;
import io.gantry.image.ImageStore;
import io.gantry.image.PushedImage;
import io.gantry.image.error.ImageException;
import io.gantry.image.progress.Progress;
import io.gantry.image.reference.ImageReference;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** What gantry.v1 offers on images that are on the node. */
final class OwnImageCalls {

  private static final Field IMAGE = Field.of("image");
  private static final Field REFERENCE = Field.of("reference");
  private static final Field DESTINATION = Field.of("destination");
  private static final int MOST_EXPORTED = 1000;

  private final ImageStore images;

  OwnImageCalls(ImageStore images) {
    this.images = images;
  }

  TagImageResponse tag(TagImageRequest request) throws ImageException {
    ImageReference name = tagged(request.getReference());
    images.tag(image(IMAGE.required(request.getImage())).id(), name);
    return TagImageResponse.newBuilder().setReference(name.toString()).build();
  }

  UntagImageResponse untag(UntagImageRequest request) throws ImageException {
    images.untag(tagged(request.getReference()));
    return UntagImageResponse.getDefaultInstance();
  }

  private static ImageReference tagged(String text) {
    ImageReference name = ImageMessages.reference(text, REFERENCE);
    if (name.digest() != null) {
      throw REFERENCE.wrong("names a digest: " + text, "name a tag");
    }
    return name;
  }

  ImageHistoryResponse history(ImageHistoryRequest request) throws ImageException {
    Image image = image(IMAGE.required(request.getImage()));
    ImageHistoryResponse.Builder response = ImageHistoryResponse.newBuilder();
    images.history(image).reversed().forEach(step -> response.addSteps(ImageMessages.step(step)));
    return response.build();
  }

  private Image image(String nameOrId) {
    return images
        .find(nameOrId)
        .orElseThrow(() ->
            new NotFoundException(
                new Subject("image", nameOrId),
                "image \"" + nameOrId + "\" is not on this node",
                "see what is with gantry images"));
  }

  PushImageResponse push(PushImageRequest request, Progress progress) throws ImageException {
    String name = IMAGE.required(request.getImage());
    Image image = image(name);
    ImageReference destination =
        request.getDestination().isEmpty()
            ? names(image, name).stream().findFirst().orElseThrow(OwnImageCalls::noDestination)
            : ImageMessages.reference(request.getDestination(), DESTINATION);
    PushedImage pushed =
        images.push(
            image,
            destination,
            ImageMessages.auth(request.getAuth(), destination.registry()),
            progress);
    return PushImageResponse.newBuilder()
        .setImage(ImageMessages.departed(pushed.image()))
        .setLayersSent(pushed.sent())
        .setLayersPresent(pushed.present())
        .build();
  }

  private static InvalidException noDestination() {
    return DESTINATION.wrong(
        "is missing, and an id is no name", "name the image by a tag, or say where");
  }

  void export(
      ExportImageRequest request, StreamObserver<ExportImageResponse> observer, ChunkSink sink)
      throws IOException {
    Field field = Field.of("images");
    field.presentIf(request.getImagesCount() > 0);
    field.between(request.getImagesCount(), 1, MOST_EXPORTED);
    List<ImageExport.Wanted> wanted = new ArrayList<>();
    for (int i = 0; i < request.getImagesCount(); i++) {
      String name = field.item(i).required(request.getImages(i));
      Image image = image(name);
      wanted.add(new ImageExport.Wanted(image, names(image, name)));
    }
    try (ImageExport export = images.export(wanted)) {
      ExportedImages.Builder told = ExportedImages.newBuilder().setLayerBytes(export.layerBytes());
      export.images().forEach(image -> told.addImages(ImageMessages.departed(image)));
      observer.onNext(ExportImageResponse.newBuilder().setImages(told).build());
      export.writeTo(sink);
      sink.finish();
    }
  }

  /** The tag by which an image was asked for; an id or a digest is no name to export. */
  private static List<ImageReference> names(Image image, String asked) {
    try {
      ImageReference name = ImageReference.parse(asked);
      return image.repoTags().contains(name.toString()) ? List.of(name) : List.of();
    } catch (ImageException e) {
      return List.of();
    }
  }
}
