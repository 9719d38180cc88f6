package io.gantry.pod;

/** The containers of a pod, as the pod sees them when it ends. */
public interface PodMembers {

  /** Kills every container of the pod and returns when all have ended. */
  void killAll(PodId pod);

  /** Removes every container of the pod. */
  void removeAll(PodId pod);
}
