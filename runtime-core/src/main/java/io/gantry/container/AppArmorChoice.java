package io.gantry.container;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import org.jspecify.annotations.Nullable;

/** Which AppArmor profile a container is confined by (CRI SecurityProfile). */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "is")
@JsonSubTypes({
  @JsonSubTypes.Type(value = AppArmorChoice.RuntimeDefault.class, name = "default"),
  @JsonSubTypes.Type(value = AppArmorChoice.Unconfined.class, name = "unconfined"),
  @JsonSubTypes.Type(value = AppArmorChoice.Localhost.class, name = "localhost")
})
public sealed interface AppArmorChoice {

  /**
   * Gantry's own profile, where the machine has AppArmor.
   *
   * @param asked whether the client asked for it, rather than saying nothing: then the container
   *     must not run without
   */
  record RuntimeDefault(boolean asked) implements AppArmorChoice {}

  /** None. */
  record Unconfined() implements AppArmorChoice {}

  /** One that somebody has loaded, by its name. */
  record Localhost(String profile) implements AppArmorChoice {}

  /** Containers from before this was known have none. */
  static AppArmorChoice orNone(@Nullable AppArmorChoice choice) {
    return choice == null ? new Unconfined() : choice;
  }
}
