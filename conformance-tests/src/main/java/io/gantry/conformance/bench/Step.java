package io.gantry.conformance.bench;

import io.gantry.conformance.bench.Bar.AtMost;
import io.gantry.conformance.bench.Bar.PartOfPeer;
import java.util.ArrayList;
import java.util.List;

/** A part of a pod's life that is timed. */
enum Step {
  POD("RunPodSandbox"),
  CONTAINER("CreateContainer + StartContainer"),
  BOTH("pod + container, from nothing"),
  EXEC("ExecSync true"),
  STOP_POD("StopPodSandbox"),
  REMOVE_POD("RemovePodSandbox"),
  END_POD("StopPodSandbox + RemovePodSandbox"),
  END_CONTAINER("StopContainer + RemoveContainer");

  private static final AtMost MOST_FOR_BOTH = new AtMost(25);
  private static final AtMost MOST_FOR_EXEC = new AtMost(5);

  private final String title;

  Step(String title) {
    this.title = title;
  }

  /** What is measured when so many clients do it at the same time. */
  Topic topic(int clients) {
    if (clients > 1) {
      return new Topic(title + ", " + clients + " clients", "ms", false, false, besidePeer());
    }
    List<Bar> bars = new ArrayList<>(besidePeer());
    if (this == BOTH || this == EXEC) {
      bars.add(this == BOTH ? MOST_FOR_BOTH : MOST_FOR_EXEC);
    }
    boolean headline = this != STOP_POD && this != REMOVE_POD;
    return new Topic(title, "ms", false, headline, bars);
  }

  private List<Bar> besidePeer() {
    return switch (this) {
      case POD, BOTH -> List.of(new PartOfPeer(0.1));
      case CONTAINER, EXEC, END_POD -> List.of(new PartOfPeer(0.125));
      case STOP_POD, REMOVE_POD, END_CONTAINER -> List.of();
    };
  }
}
