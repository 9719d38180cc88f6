package io.gantry.error;

import java.io.Serializable;

/**
 * The object a failure is about.
 *
 * @param kind a noun: pod, container, image, network, configuration
 * @param id its id, name or path
 */
public record Subject(String kind, String id) implements Serializable {

  @Override
  public String toString() {
    return kind + " " + id;
  }
}
