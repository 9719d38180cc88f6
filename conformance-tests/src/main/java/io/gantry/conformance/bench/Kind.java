package io.gantry.conformance.bench;

import io.gantry.conformance.node.Command;
import io.gantry.conformance.node.Distribution;
import io.gantry.conformance.node.PrivateContainerd;
import io.gantry.conformance.node.PrivateNode;
import io.gantry.conformance.node.PrivateRuntime;
import java.io.IOException;

/** The runtimes that can be set up to be measured. */
enum Kind {
  GANTRY("Gantry") {
    @Override
    PrivateRuntime start(Ground ground) throws IOException, InterruptedException {
      return PrivateNode.start(Distribution.found(), ground.directory(), ground.group().joining());
    }
  },
  /** The same with layers as images that the kernel mounts. */
  GANTRY_EROFS("Gantry with EROFS") {
    @Override
    PrivateRuntime start(Ground ground) throws IOException, InterruptedException {
      return PrivateNode.start(
          Distribution.found(),
          ground.directory(),
          ground.group().joining(),
          "[image]\nlayer_form = \"erofs\"\n");
    }
  },
  CONTAINERD("containerd") {
    @Override
    PrivateRuntime start(Ground ground) throws IOException, InterruptedException {
      return PrivateContainerd.start(
          Distribution.found(), ground.directory(), ground.group().joining());
    }

    @Override
    String companions() throws IOException, InterruptedException {
      return ", " + Command.output("runc", "--version").lines().findFirst().orElseThrow();
    }
  };

  private final String title;

  Kind(String title) {
    this.title = title;
  }

  String title() {
    return title;
  }

  abstract PrivateRuntime start(Ground ground) throws IOException, InterruptedException;

  /** Other programs that its figures depend on, with their versions. */
  String companions() throws IOException, InterruptedException {
    return "";
  }
}
