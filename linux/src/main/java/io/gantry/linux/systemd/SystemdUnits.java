package io.gantry.linux.systemd;

import java.io.IOException;
import java.util.Map;

/**
 * Units that exist only while systemd runs (org.freedesktop.systemd1(5)). Safe for use by several
 * threads; each call returns when systemd has done what it was asked for.
 */
interface SystemdUnits {

  /**
   * Starts a unit that no file describes. One of that name that is left from before is stopped
   * first.
   */
  void start(String unit, Map<String, UnitValue> properties) throws IOException;

  /** Changes properties until the unit is gone; one that is gone already is told as failure. */
  void set(String unit, Map<String, UnitValue> properties) throws IOException;

  /** Stops a unit and forgets a failure of its; one that is gone is fine. */
  void stop(String unit) throws IOException;
}
