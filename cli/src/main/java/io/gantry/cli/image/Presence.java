package io.gantry.cli.image;

import io.gantry.api.cri.v1.ImageSpec;
import io.gantry.api.cri.v1.ImageStatusRequest;
import io.gantry.api.cri.v1.PodSandboxConfig;
import io.gantry.api.cri.v1.PullImageRequest;
import io.gantry.cli.session.Session;

/** Makes sure that an image is there before something is made of it. */
public record Presence(Session session) {
  /** Pulls the image if it is missing, and says so, because that may take a while. */
  public void ensure(ImageSpec image, PodSandboxConfig pod) {
    var question = ImageStatusRequest.newBuilder().setImage(image).build();
    if (session.connection().images().imageStatus(question).hasImage()) {
      return;
    }
    session.console().err().println("pulling " + image.getImage() + " …");
    session.console().flush();
    var work = PullImageRequest.newBuilder().setImage(image).setSandboxConfig(pod).build();
    session.connection().imageWork().pullImage(work);
  }
}
