package io.gantry.cli.image;

import io.gantry.api.cri.v1.PullImageRequest;
import io.gantry.api.gantry.v1.PullImageResponse;
import io.gantry.cli.session.Session;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.Optional;

/** One pull, watched where the runtime tells how far it is. */
record Pull(Session session) {

  private static final WatchedCall<PullImageResponse, String> CALL =
      new WatchedCall<>(
          "pull",
          PullImageResponse::getLayersList,
          step -> Optional.of(step.getImageRef()).filter(id -> !id.isEmpty()));

  /** Returns the id of the image. */
  String silently(PullImageRequest request) {
    return session.connection().imageWork().pullImage(request).getImageRef();
  }

  /**
   * As {@link #silently}, with the progress shown; other runtimes than Gantry have none to show.
   */
  String shown(PullImageRequest request) {
    try {
      return watched(request);
    } catch (StatusRuntimeException e) {
      if (e.getStatus().getCode() == Status.Code.UNIMPLEMENTED) {
        return silently(request);
      }
      throw e;
    }
  }

  private String watched(PullImageRequest request) {
    var view = new WorkView(session.console(), "is here already");
    var wanted = io.gantry.api.gantry.v1.PullImageRequest.newBuilder().setPull(request).build();
    var call = session.connection().watchedImageWork().pullImage(wanted);
    return CALL.during(call, view, () -> CALL.answer(call, view));
  }
}
