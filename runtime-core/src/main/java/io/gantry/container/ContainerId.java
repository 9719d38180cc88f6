package io.gantry.container;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import io.gantry.error.Subject;
import io.gantry.state.Ids;

/** The id of a container: 64 hexadecimal digits. */
public record ContainerId(@JsonValue String value) {

  @JsonCreator
  public ContainerId {
    Ids.checked(value);
  }

  public static ContainerId random() {
    return new ContainerId(Ids.random());
  }

  /** The first 12 digits, as tables show them. */
  public String brief() {
    return value.substring(0, 12);
  }

  public Subject subject() {
    return new Subject("container", brief());
  }

  @Override
  public String toString() {
    return value;
  }
}
