package io.gantry.pod;

import java.util.List;

/** The containers of a pod, as the pod sees them when it ends. */
public interface PodMembers {

  /** Kills every container of the pod and returns when all have ended. */
  void killAll(PodId pod);

  /** The pids of the first processes of the pod's containers that run now. */
  List<Integer> running(PodId pod);

  /** Removes every container of the pod. */
  void removeAll(PodId pod);
}
