package io.gantry.cni.plugin;

import io.gantry.cni.spec.CniException;

/** Finds plugins by the type that a configuration names: in this process, or as a program. */
@FunctionalInterface
public interface Plugins {

  /**
   * The plugin of that type.
   *
   * @throws CniException naming the directories in which no such program is
   */
  Plugin of(String type) throws CniException;
}
