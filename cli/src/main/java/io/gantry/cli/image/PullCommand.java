package io.gantry.cli.image;

import io.gantry.api.cri.v1.ImageSpec;
import io.gantry.api.cri.v1.PullImageRequest;
import io.gantry.cli.config.ConfigFile;
import io.gantry.cli.session.Session;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Fetches an image. */
@Command(
    name = "pull",
    description = "Fetch an image from a registry.",
    footer = {"", "Example:", "  gantry pull docker.io/library/busybox:latest"})
public final class PullCommand implements Callable<Integer> {
  private final Session session;

  @Mixin private Credentials credentials = new Credentials();

  @Option(
      names = {"-a", "--annotation"},
      paramLabel = "KEY=VALUE",
      description = "annotation of the request; may be repeated")
  private Map<String, String> annotations = new LinkedHashMap<>();

  @Option(
      names = "--pod-config",
      paramLabel = "POD-FILE",
      description = "description of the pod that the image is for")
  private @Nullable String podFile;

  @Option(
      names = {"-q", "--quiet"},
      description = "print the reference only")
  private boolean quiet;

  @Parameters(paramLabel = "IMAGE", description = "name with a tag or a digest")
  private String image = "";

  public PullCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    var spec = ImageSpec.newBuilder().setImage(image).putAllAnnotations(annotations);
    var request = PullImageRequest.newBuilder().setImage(spec);
    credentials.auth().ifPresent(request::setAuth);
    if (podFile != null) {
      request.setSandboxConfig(ConfigFile.of(podFile).pod());
    }
    var pull = new Pull(session);
    var reference = quiet ? pull.silently(request.build()) : pull.shown(request.build());
    session.out().println(quiet ? reference : "Image is up to date for " + reference);
    return 0;
  }
}
