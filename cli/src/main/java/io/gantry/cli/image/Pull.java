package io.gantry.cli.image;

import io.gantry.api.cri.v1.PullImageRequest;
import io.gantry.cli.session.CliException;
import io.gantry.cli.session.Session;
import io.grpc.Status;
import io.grpc.StatusException;
import io.grpc.StatusRuntimeException;

/** One pull, watched where the runtime tells how far it is. */
record Pull(Session session) {

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
    } catch (StatusException e) {
      if (e.getStatus().getCode() == Status.Code.UNIMPLEMENTED) {
        return silently(request);
      }
      throw new StatusRuntimeException(e.getStatus(), e.getTrailers());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw CliException.failed("interrupted while the image was pulled");
    }
  }

  private String watched(PullImageRequest request) throws StatusException, InterruptedException {
    var view = new PullView(session.console());
    var wanted = io.gantry.api.gantry.v1.PullImageRequest.newBuilder().setPull(request).build();
    var call = session.connection().watchedImageWork().pullImage(wanted);
    try {
      for (var step = call.read(); step != null; step = call.read()) {
        if (!step.getImageRef().isEmpty()) {
          return step.getImageRef();
        }
        view.show(step.getLayersList());
      }
      throw CliException.failed("the runtime ended the pull without an answer; its log says why");
    } finally {
      view.end();
      // Without effect on a call that has ended.
      call.cancel("the client gave up", null);
    }
  }
}
