package io.gantry.image;

/** Told of what a check of the store finds and does, by one thread. */
public interface CheckObserver {

  /**
   * How far it is.
   *
   * @param done bytes that were looked at
   * @param all bytes that there are to look at
   */
  void progress(long done, long all);

  /** Something is not as it was stored. */
  void found(Finding finding);

  /**
   * What was found of this object is mended: it was brought anew and put in the place of the old.
   */
  void repaired(String object);

  /** What was found of this object stays, and why. */
  void notRepaired(String object, String reason);
}
