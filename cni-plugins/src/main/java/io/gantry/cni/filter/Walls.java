package io.gantry.cni.filter;

/**
 * Which pods do not reach a walled pod; pods that are not walled do, and so does everybody else.
 */
public enum Walls {
  /** Those on other bridges. */
  OTHER_BRIDGES,
  /** All. */
  EVERY_POD
}
