package io.gantry.oci;

import io.gantry.container.SecuritySpec;
import io.gantry.error.InvalidException;
import io.gantry.error.Subject;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * Finds out whom to run as, from the request, the image's USER and the image's own account files.
 * The order is CRI's: run_as_user, run_as_username, the image's user, root.
 */
final class UserLookup {

  /** NGROUPS_MAX of setgroups(2). */
  private static final int MOST_GROUPS = 65_536;

  private final Accounts accounts;
  private final SecuritySpec security;

  private UserLookup(Accounts accounts, SecuritySpec security) {
    this.accounts = accounts;
    this.security = security;
  }

  /**
   * The user as numbers. Names the image does not know, ids out of range and a group without a user
   * are {@link InvalidException}s that name the field.
   *
   * @param imageUser {@code user}, {@code uid}, {@code user:group} in any mixture, or empty
   */
  static ProcessUser find(SecuritySpec security, String imageUser, Accounts accounts) {
    return new UserLookup(accounts, security).find(imageUser);
  }

  private ProcessUser find(String imageUser) {
    boolean named = !security.runAsUsername().isEmpty();
    if (security.runAsGroup().isPresent() && security.runAsUser().isEmpty() && !named) {
      throw invalid(
          "run_as_group",
          String.valueOf(security.runAsGroup().getAsLong()),
          "is set without run_as_user and run_as_username",
          "name a user too (CRI LinuxContainerSecurityContext.run_as_group)");
    }
    if (security.runAsUser().isPresent()) {
      long uid = checked("run_as_user", security.runAsUser().getAsLong());
      return complete(numbered(uid), requestedGroup());
    }
    if (named) {
      return complete(user("run_as_username", security.runAsUsername()), requestedGroup());
    }
    int colon = imageUser.indexOf(':');
    String user = colon < 0 ? imageUser : imageUser.substring(0, colon);
    String group = colon < 0 ? "" : imageUser.substring(colon + 1);
    PasswdEntry entry = user.isEmpty() ? numbered(0) : user("image user", user);
    return complete(entry, group.isEmpty() ? OptionalLong.empty() : imageGroup(group));
  }

  private OptionalLong requestedGroup() {
    security.runAsGroup().ifPresent(gid -> checked("run_as_group", gid));
    return security.runAsGroup();
  }

  private PasswdEntry numbered(long uid) {
    return accounts.user(uid).orElseGet(() -> new PasswdEntry("", uid, 0, ""));
  }

  private PasswdEntry user(String field, String user) {
    Optional<PasswdEntry> byName = accounts.user(user);
    if (byName.isPresent()) {
      return byName.get();
    }
    OptionalLong uid = AccountNumbers.parse(user);
    if (uid.isPresent()) {
      return numbered(uid.getAsLong());
    }
    throw invalid(
        field, user, "is not in the image's /etc/passwd", "give the number, or add the user");
  }

  private OptionalLong imageGroup(String group) {
    Optional<GroupEntry> byName = accounts.group(group);
    if (byName.isPresent()) {
      return OptionalLong.of(byName.get().gid());
    }
    OptionalLong gid = AccountNumbers.parse(group);
    if (gid.isPresent()) {
      return gid;
    }
    throw invalid(
        "image group", group, "is not in the image's /etc/group", "give the number of the group");
  }

  private ProcessUser complete(PasswdEntry entry, OptionalLong group) {
    long gid = group.orElse(entry.gid());
    Set<Long> groups = new LinkedHashSet<>();
    groups.add(gid);
    if (!security.strictGroups() && !entry.name().isEmpty()) {
      groups.addAll(accounts.groupsOf(entry.name()));
    }
    for (long each : security.supplementalGroups()) {
      groups.add(checked("supplemental_groups", each));
    }
    if (groups.size() > MOST_GROUPS) {
      throw invalid(
          "supplemental_groups",
          groups.size() + " groups",
          "are more than the kernel takes",
          "at most " + MOST_GROUPS);
    }
    String home = entry.home().isEmpty() ? "/" : entry.home();
    return new ProcessUser(entry.uid(), gid, List.copyOf(groups), home);
  }

  private static long checked(String field, long id) {
    if (id < 0 || id > AccountNumbers.LARGEST) {
      throw invalid(
          field, String.valueOf(id), "is not an id", "use 0 to " + AccountNumbers.LARGEST);
    }
    return id;
  }

  private static InvalidException invalid(
      String field, String value, String problem, String nextStep) {
    return new InvalidException(
        new Subject("field", field), field + " " + value + " " + problem, nextStep);
  }
}
