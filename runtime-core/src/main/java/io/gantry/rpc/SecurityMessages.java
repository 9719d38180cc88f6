package io.gantry.rpc;

import io.gantry.api.cri.v1.Capability;
import io.gantry.api.cri.v1.Int64Value;
import io.gantry.api.cri.v1.LinuxContainerSecurityContext;
import io.gantry.api.cri.v1.SecurityProfile;
import io.gantry.api.cri.v1.SupplementalGroupsPolicy;
import io.gantry.container.AppArmorChoice;
import io.gantry.container.SeccompChoice;
import io.gantry.container.SecuritySpec;
import io.gantry.pod.NamespaceOptions;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;

/** CRI LinuxContainerSecurityContext to its domain form. */
final class SecurityMessages {

  /** (uid_t) -1 means "leave as it is" to the kernel, so the one before is the last id. */
  private static final long LAST_ID = 0xffff_fffeL;

  private static final String LOADED = "localhost/";
  private static final int LONGEST_PROFILE_NAME = 500;

  private SecurityMessages() {}

  /**
   * @param podNamespaces what a container gets that says nothing about namespaces
   */
  static SecuritySpec spec(
      LinuxContainerSecurityContext security, NamespaceOptions podNamespaces, Field field) {
    checkUser(security, field);
    Capability capabilities = security.getCapabilities();
    Field capabilityField = field.in("capabilities");
    return new SecuritySpec(
        names(capabilities.getAddCapabilitiesList(), capabilityField.in("add_capabilities")),
        names(capabilities.getDropCapabilitiesList(), capabilityField.in("drop_capabilities")),
        names(
            capabilities.getAddAmbientCapabilitiesList(),
            capabilityField.in("add_ambient_capabilities")),
        security.getPrivileged(),
        security.hasNamespaceOptions()
            ? NamespaceMessages.options(
                security.getNamespaceOptions(), podNamespaces, field.in("namespace_options"))
            : podNamespaces,
        id(security.hasRunAsUser(), security.getRunAsUser(), field.in("run_as_user")),
        id(security.hasRunAsGroup(), security.getRunAsGroup(), field.in("run_as_group")),
        field.in("run_as_username").text(security.getRunAsUsername()),
        security.getReadonlyRootfs(),
        groups(security.getSupplementalGroupsList(), field.in("supplemental_groups")),
        security.getSupplementalGroupsPolicy() == SupplementalGroupsPolicy.Strict,
        security.getNoNewPrivs(),
        paths(security.getMaskedPathsList(), field.in("masked_paths")),
        paths(security.getReadonlyPathsList(), field.in("readonly_paths")),
        seccomp(security, field.in("seccomp")),
        appArmor(security, field));
  }

  private static void checkUser(LinuxContainerSecurityContext security, Field field) {
    boolean named = security.hasRunAsUser() || !security.getRunAsUsername().isEmpty();
    if (security.hasRunAsGroup() && !named) {
      throw field
          .in("run_as_group")
          .wrong("is set without a user", "set run_as_user or run_as_username");
    }
  }

  private static OptionalLong id(boolean present, Int64Value value, Field field) {
    return present
        ? OptionalLong.of(field.between(value.getValue(), 0, LAST_ID))
        : OptionalLong.empty();
  }

  private static List<Long> groups(List<Long> groups, Field field) {
    for (int i = 0; i < groups.size(); i++) {
      field.item(i).between(groups.get(i), 0, LAST_ID);
    }
    return groups;
  }

  private static Set<String> names(List<String> names, Field field) {
    for (int i = 0; i < names.size(); i++) {
      field.item(i).required(names.get(i));
    }
    return new LinkedHashSet<>(names);
  }

  private static List<String> paths(List<String> paths, Field field) {
    for (int i = 0; i < paths.size(); i++) {
      field.item(i).absolute(paths.get(i));
    }
    return paths;
  }

  /**
   * A client that says nothing gets no filter, as the conformance suite of CRI has it; kubelet
   * always says which.
   */
  private static SeccompChoice seccomp(LinuxContainerSecurityContext security, Field field) {
    if (!security.hasSeccomp()) {
      return new SeccompChoice.Unconfined();
    }
    SecurityProfile profile = security.getSeccomp();
    return switch (profile.getProfileType()) {
      case RuntimeDefault -> new SeccompChoice.RuntimeDefault();
      case Unconfined -> new SeccompChoice.Unconfined();
      case Localhost ->
          new SeccompChoice.Localhost(
              field.in("localhost_ref").absolute(profile.getLocalhostRef()));
      case UNRECOGNIZED -> throw field.in("profile_type").wrong("is no kind of profile", "");
    };
  }

  /** The newer of the two fields wins; a client that says nothing gets the default profile. */
  @SuppressWarnings("deprecation") // kubelet fills both
  private static AppArmorChoice appArmor(LinuxContainerSecurityContext security, Field field) {
    if (!security.hasApparmor()) {
      return appArmor(security.getApparmorProfile(), field.in("apparmor_profile"));
    }
    SecurityProfile profile = security.getApparmor();
    Field newer = field.in("apparmor");
    return switch (profile.getProfileType()) {
      case RuntimeDefault -> new AppArmorChoice.RuntimeDefault(true);
      case Unconfined -> new AppArmorChoice.Unconfined();
      case Localhost -> loaded(profile.getLocalhostRef(), newer.in("localhost_ref"));
      case UNRECOGNIZED -> throw newer.in("profile_type").wrong("is no kind of profile", "");
    };
  }

  private static AppArmorChoice appArmor(String profile, Field field) {
    return switch (profile) {
      case "" -> new AppArmorChoice.RuntimeDefault(false);
      case "runtime/default" -> new AppArmorChoice.RuntimeDefault(true);
      case "unconfined" -> new AppArmorChoice.Unconfined();
      default -> {
        if (!profile.startsWith(LOADED)) {
          throw field.wrong(
              "is " + profile, "give runtime/default, unconfined, or localhost/ and a name");
        }
        yield loaded(profile, field);
      }
    };
  }

  /** Clients name a profile with and without what the older field put before it. */
  private static AppArmorChoice loaded(String profile, Field field) {
    String name = profile.startsWith(LOADED) ? profile.substring(LOADED.length()) : profile;
    if (field.required(name).length() > LONGEST_PROFILE_NAME || name.contains("\n")) {
      throw field.wrong("is no name of a profile", "");
    }
    return new AppArmorChoice.Localhost(name);
  }
}
