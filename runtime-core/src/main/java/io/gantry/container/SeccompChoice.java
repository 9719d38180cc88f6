package io.gantry.container;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;

/** Which system calls a container may make (CRI SecurityProfile). */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "is")
@JsonSubTypes({
  @JsonSubTypes.Type(value = SeccompChoice.RuntimeDefault.class, name = "default"),
  @JsonSubTypes.Type(value = SeccompChoice.Unconfined.class, name = "unconfined"),
  @JsonSubTypes.Type(value = SeccompChoice.Localhost.class, name = "localhost")
})
public sealed interface SeccompChoice {

  /** Gantry's own profile. */
  record RuntimeDefault() implements SeccompChoice {}

  /** No filter. */
  record Unconfined() implements SeccompChoice {}

  /** A profile file in the OCI form. */
  record Localhost(String path) implements SeccompChoice {}
}
