package io.gantry.oci;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;

/** A line of group(5). */
record GroupEntry(String name, long gid, List<String> members) {

  GroupEntry {
    members = List.copyOf(members);
  }

  /** The entries of a file; lines that group(5) does not describe are skipped, as libc does. */
  static List<GroupEntry> parse(String file) {
    List<GroupEntry> entries = new ArrayList<>();
    for (String line : AccountNumbers.lines(file)) {
      String[] fields = line.split(":", -1);
      if (fields.length < 3 || fields[0].isEmpty()) {
        continue;
      }
      OptionalLong gid = AccountNumbers.parse(fields[2]);
      if (gid.isPresent()) {
        entries.add(new GroupEntry(fields[0], gid.getAsLong(), members(fields)));
      }
    }
    return entries;
  }

  private static List<String> members(String[] fields) {
    if (fields.length < 4) {
      return List.of();
    }
    return Arrays.stream(fields[3].split(",", -1))
        .map(String::strip)
        .filter(member -> !member.isEmpty())
        .toList();
  }
}
