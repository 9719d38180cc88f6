package io.gantry.oci;

import java.util.List;
import java.util.Optional;

/** The users and groups an image knows. */
record Accounts(List<PasswdEntry> users, List<GroupEntry> groups) {

  static final Accounts NONE = new Accounts(List.of(), List.of());

  Accounts {
    users = List.copyOf(users);
    groups = List.copyOf(groups);
  }

  static Accounts parse(String passwd, String group) {
    return new Accounts(PasswdEntry.parse(passwd), GroupEntry.parse(group));
  }

  Optional<PasswdEntry> user(String name) {
    return users.stream().filter(user -> user.name().equals(name)).findFirst();
  }

  Optional<PasswdEntry> user(long uid) {
    return users.stream().filter(user -> user.uid() == uid).findFirst();
  }

  Optional<GroupEntry> group(String name) {
    return groups.stream().filter(group -> group.name().equals(name)).findFirst();
  }

  /** The groups that list this user as a member. */
  List<Long> groupsOf(String userName) {
    return groups.stream()
        .filter(group -> group.members().contains(userName))
        .map(GroupEntry::gid)
        .distinct()
        .toList();
  }
}
