package io.gantry.cli.image;

import io.gantry.api.gantry.v1.CheckFinding;
import io.gantry.api.gantry.v1.CheckImagesResponse;
import io.gantry.api.gantry.v1.CheckProgress;
import io.gantry.api.gantry.v1.CheckRepair;
import io.gantry.cli.output.LiveLines;
import io.gantry.cli.output.Size;
import io.gantry.cli.session.Console;
import java.util.List;

/** Shows what a look at the images finds, with a bar below where somebody looks on. One thread. */
final class CheckView {
  private final Console console;
  private final LiveLines live;
  private long findings;
  private long repaired;
  private long left;
  private long bytes;

  CheckView(Console console) {
    this.console = console;
    this.live = new LiveLines(console.err());
  }

  void show(CheckImagesResponse step) {
    switch (step.getStepCase()) {
      case PROGRESS -> progress(step.getProgress());
      case FINDING -> finding(step.getFinding());
      case REPAIR -> repair(step.getRepair());
      case STEP_NOT_SET -> {
        // Of a newer daemon.
      }
    }
  }

  private void progress(CheckProgress progress) {
    bytes = progress.getAll();
    if (console.live()) {
      var sizes = Size.of(progress.getDone()) + " / " + Size.of(progress.getAll());
      live.show(List.of(LiveLines.bar("looking", progress.getDone(), progress.getAll(), sizes)));
    }
  }

  private void finding(CheckFinding finding) {
    findings++;
    var path = finding.getPath().isEmpty() ? "" : " " + finding.getPath();
    var images =
        finding.getImagesCount() == 0
            ? ""
            : " (" + String.join(", ", finding.getImagesList()) + ")";
    line(finding.getObject() + path + ": " + finding.getWhat() + images);
  }

  private void repair(CheckRepair repair) {
    if (repair.getFailure().isEmpty()) {
      repaired++;
      line(repair.getObject() + ": repaired");
    } else {
      left++;
      line(repair.getObject() + ": not repaired: " + repair.getFailure());
    }
  }

  private void line(String text) {
    live.clear();
    console.out().println(text);
    console.out().flush();
  }

  /** The last line. */
  void end() {
    if (findings == 0) {
      line("all is as it was stored (" + Size.of(bytes) + " of layers)");
    } else if (repaired + left > 0) {
      line("%d found, %d repaired, %d not repaired".formatted(findings, repaired, left));
    } else {
      line(findings + " found; gantry fsck --repair brings what is bad again");
    }
  }

  /** Takes the bar away. */
  void clear() {
    live.clear();
  }

  long findings() {
    return findings;
  }
}
