package io.gantry.pod;

import io.gantry.cni.AddressesExhaustedException;
import io.gantry.cni.AttachmentFailedException;
import io.gantry.cni.NetworkException;
import io.gantry.cni.NetworkUnavailableException;
import io.gantry.cni.PortTakenException;
import io.gantry.error.BrokenException;
import io.gantry.error.ExhaustedException;
import io.gantry.error.GantryException;
import io.gantry.error.Subject;
import io.gantry.error.UnavailableException;
import io.gantry.error.WrongStateException;
import java.io.IOException;

/** Translates what went wrong below into what it means for a pod. */
final class Failures {

  private Failures() {}

  /**
   * @param step what was being done: making the namespaces, attaching the network
   */
  static GantryException of(PodId pod, String step, IOException e) {
    String message = step + " of pod " + pod.brief() + " failed: " + e.getMessage();
    return switch (e) {
      case NetworkException network -> network(message, network);
      default ->
          new BrokenException(
              pod.subject(), message, "see the log of gantryd at this time for the cause", e);
    };
  }

  static BrokenException unforeseen(PodId pod, String step, RuntimeException e) {
    return new BrokenException(
        pod.subject(),
        step + " of pod " + pod.brief() + " failed: " + e,
        "this is a fault of gantryd: please report it with its log",
        e);
  }

  private static GantryException network(String message, NetworkException e) {
    Subject subject = new Subject("network", e.object());
    return switch (e) {
      case AddressesExhaustedException _ ->
          new ExhaustedException(subject, message, e.nextStep(), e);
      case NetworkUnavailableException _ ->
          new UnavailableException(subject, message, e.nextStep(), e);
      case PortTakenException _ -> new WrongStateException(subject, message, e.nextStep(), e);
      case AttachmentFailedException _ -> new BrokenException(subject, message, e.nextStep(), e);
    };
  }
}
