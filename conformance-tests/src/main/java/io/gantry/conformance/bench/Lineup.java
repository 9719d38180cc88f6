package io.gantry.conformance.bench;

import io.gantry.conformance.node.PrivateContainerd;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The runtimes of our own that are measured: Gantry, and a peer where one is to be had. */
final class Lineup implements AutoCloseable {

  private final List<Stand> stands = new ArrayList<>();

  private Lineup() {}

  /**
   * Sets them up.
   *
   * @param directory for their directories
   * @param results get a note when there is no peer, with the reason
   */
  static Lineup of(Path directory, boolean alone, Results results) throws Exception {
    Lineup lineup = new Lineup();
    try {
      lineup.stands.add(Stand.open(Kind.GANTRY, directory));
      if (!alone) {
        lineup.addPeer(directory, results);
      }
      return lineup;
    } catch (Exception failure) {
      lineup.close();
      throw failure;
    }
  }

  private void addPeer(Path directory, Results results) throws IOException, InterruptedException {
    List<String> missing = PrivateContainerd.missingPrograms();
    if (!missing.isEmpty()) {
      results.note("no peer: not installed: " + missing);
      return;
    }
    try {
      Stand peer = Stand.open(Kind.CONTAINERD, directory);
      if (works(peer, results)) {
        stands.add(peer);
      } else {
        peer.close();
      }
    } catch (IOException failure) {
      results.note("no peer: " + failure.getMessage());
    }
  }

  /** A daemon that comes up may still be unable to run pods on a machine like this one. */
  private static boolean works(Stand peer, Results results) throws InterruptedException {
    try {
      new Cycle(Subject.of(peer)).live(new Times());
      return true;
    } catch (InterruptedException interrupted) {
      throw interrupted;
    } catch (Exception failure) {
      results.note("no peer: it starts but runs no pods: " + failure.getMessage());
      return false;
    }
  }

  List<Subject> subjects() {
    return stands.stream().map(Subject::of).toList();
  }

  /** Where their files are, in words. */
  String storage() {
    return stands.getFirst().ground().storage();
  }

  @Override
  public void close() throws IOException {
    IOException first = null;
    for (Stand stand : stands) {
      try {
        stand.close();
      } catch (IOException failure) {
        if (first == null) {
          first = failure;
        } else {
          first.addSuppressed(failure);
        }
      }
    }
    if (first != null) {
      throw first;
    }
  }
}
