package io.gantry.cli.image;

import io.gantry.api.cri.v1.AuthConfig;
import io.gantry.api.gantry.v1.CheckImagesRequest;
import io.gantry.api.gantry.v1.CheckImagesResponse;
import io.gantry.cli.session.CliException;
import io.gantry.cli.session.Session;
import io.grpc.StatusException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Looks whether everything of the images is as it was stored. */
@Command(
    name = "fsck",
    description =
        "Look whether every record, document and file of the images is as it was stored, while"
            + " everything else goes on. Ends with 0 when all is well, 1 when something was found,"
            + " repaired or not, and 2 when it could not look.",
    footer = {"", "Example:", "  gantry fsck --repair --login registry.example.com=jane:secret"})
public final class FsckCommand implements Callable<Integer> {
  private static final int CLEAN = 0;
  private static final int FOUND = 1;
  private static final int CANNOT_LOOK = 2;

  private final Session session;

  @Option(
      names = "--repair",
      description =
          "bring what is bad again from the registry of its image; a layer that containers are made"
              + " of must wait until they are removed")
  private boolean repair;

  @Option(
      names = "--login",
      paramLabel = "REGISTRY=USER:PASSWORD",
      description = "credentials for repairs; may be repeated")
  private Map<String, String> logins = new LinkedHashMap<>();

  public FsckCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    var request = CheckImagesRequest.newBuilder().setRepair(repair);
    logins.forEach((registry, login) -> request.putLogins(registry, credentials(login)));
    try {
      return look(request.build());
    } catch (StatusException e) {
      session.console().complain(session.explain(e));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      session.console().complain("interrupted while looking at the images");
    }
    return CANNOT_LOOK;
  }

  private static AuthConfig credentials(String login) {
    int colon = login.indexOf(':');
    if (colon < 1) {
      throw CliException.misused("--login wants REGISTRY=USER:PASSWORD");
    }
    return AuthConfig.newBuilder()
        .setUsername(login.substring(0, colon))
        .setPassword(login.substring(colon + 1))
        .build();
  }

  private int look(CheckImagesRequest request) throws StatusException, InterruptedException {
    var view = new CheckView(session.console());
    var call = session.connection().watchedImageWork().checkImages(request);
    try {
      for (CheckImagesResponse step = call.read(); step != null; step = call.read()) {
        view.show(step);
      }
      view.end();
      return view.findings() == 0 ? CLEAN : FOUND;
    } finally {
      view.clear();
      // Without effect on a call that has ended.
      call.cancel("the client gave up", null);
    }
  }
}
