package io.gantry.oci;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/** A line of passwd(5), without what nobody here needs. */
record PasswdEntry(String name, long uid, long gid, String home) {

  /** The entries of a file; lines that passwd(5) does not describe are skipped, as libc does. */
  static List<PasswdEntry> parse(String file) {
    List<PasswdEntry> entries = new ArrayList<>();
    for (String line : AccountNumbers.lines(file)) {
      String[] fields = line.split(":", -1);
      if (fields.length < 4 || fields[0].isEmpty()) {
        continue;
      }
      OptionalLong uid = AccountNumbers.parse(fields[2]);
      OptionalLong gid = AccountNumbers.parse(fields[3]);
      if (uid.isPresent() && gid.isPresent()) {
        String home = fields.length > 5 ? fields[5] : "";
        entries.add(new PasswdEntry(fields[0], uid.getAsLong(), gid.getAsLong(), home));
      }
    }
    return entries;
  }
}
