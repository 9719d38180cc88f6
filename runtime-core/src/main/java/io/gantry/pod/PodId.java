package io.gantry.pod;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import io.gantry.error.Subject;
import io.gantry.state.Ids;

/** The id of a pod: 64 hexadecimal digits. */
public record PodId(@JsonValue String value) {

  @JsonCreator
  public PodId {
    Ids.checked(value);
  }

  public static PodId random() {
    return new PodId(Ids.random());
  }

  /** The first 12 digits, as tables show them. */
  public String brief() {
    return value.substring(0, 12);
  }

  public Subject subject() {
    return new Subject("pod", brief());
  }

  @Override
  public String toString() {
    return value;
  }
}
