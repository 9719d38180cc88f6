package io.gantry.oci;

import io.gantry.container.AppArmorChoice;
import io.gantry.error.InvalidException;
import io.gantry.error.Subject;
import io.gantry.error.UnavailableException;
import io.gantry.linux.apparmor.AppArmor;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which profile a container gets. Gantry's own is loaded when the first container needs it. Safe
 * for use by several threads.
 */
public final class AppArmorProfiles {

  private static final Logger log = LoggerFactory.getLogger(AppArmorProfiles.class);

  /** The name of Gantry's own. */
  static final String DEFAULT = "gantry-default";

  /** How long those that ask for nothing do without before loading is tried again. */
  private static final Duration PAUSE = Duration.ofMinutes(1);

  /** What stands for "no profile". */
  static final String NONE = "";

  private final AppArmor appArmor;
  private final ReentrantLock loading = new ReentrantLock();

  /** When loading failed, by the monotonic clock; null when it has not, or has worked since. */
  private volatile @Nullable Long failed;

  public AppArmorProfiles(AppArmor appArmor) {
    this.appArmor = appArmor;
  }

  /**
   * The name of the profile, or {@link #NONE}.
   *
   * @param privileged gets a profile only when it asks for one by name
   */
  String of(AppArmorChoice choice, boolean privileged) {
    return switch (choice) {
      case AppArmorChoice.Unconfined _ -> NONE;
      case AppArmorChoice.RuntimeDefault wanted ->
          privileged || !appArmor.isEnabled() ? NONE : ownProfile(wanted.asked());
      case AppArmorChoice.Localhost named -> there(named.profile());
    };
  }

  private String there(String profile) {
    Subject subject = new Subject("AppArmor profile", profile);
    if (!appArmor.isEnabled()) {
      throw new InvalidException(
          subject,
          "security_context.apparmor: profile " + profile + " is asked for, but AppArmor is off",
          "run the pod on a node with AppArmor, or set Unconfined");
    }
    try {
      if (appArmor.isLoaded(profile)) {
        return profile;
      }
    } catch (IOException e) {
      throw new UnavailableException(
          subject, "cannot read the profiles that the kernel has: " + e, "mount securityfs", e);
    }
    throw new InvalidException(
        subject,
        "security_context.apparmor: the kernel has no profile " + profile,
        "load it with apparmor_parser --replace; the loaded ones are in"
            + " /sys/kernel/security/apparmor/profiles");
  }

  /**
   * Loads Gantry's own profile again where somebody has unloaded it since the container was made;
   * what is confined by others is theirs.
   */
  void keep(String profile) {
    if (profile.equals(DEFAULT)) {
      var _ = ownProfile();
    }
  }

  /** A node whose profiles cannot be loaded still runs what asks for none. */
  private String ownProfile(boolean asked) {
    Long lately = failed;
    if (!asked && lately != null && System.nanoTime() - lately < PAUSE.toNanos()) {
      return NONE;
    }
    try {
      return ownProfile();
    } catch (UnavailableException e) {
      if (asked) {
        throw e;
      }
      log.warn("containers that say nothing of AppArmor run unconfined: {}", e.advice());
      return NONE;
    }
  }

  private String ownProfile() {
    loading.lock();
    try {
      if (!appArmor.isLoaded(DEFAULT)) {
        appArmor.load(text());
      }
      failed = null;
      return DEFAULT;
    } catch (IOException e) {
      failed = System.nanoTime();
      throw new UnavailableException(
          new Subject("AppArmor profile", DEFAULT),
          "AppArmor is on, but the profile " + DEFAULT + " cannot be loaded: " + e.getMessage(),
          "install the package apparmor, or set Unconfined in the security context",
          e);
    } finally {
      loading.unlock();
    }
  }

  private static String text() throws IOException {
    try (InputStream profile =
        Objects.requireNonNull(
            AppArmorProfiles.class.getResourceAsStream(DEFAULT + ".apparmor"),
            "the profile is part of this jar")) {
      return new String(profile.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
