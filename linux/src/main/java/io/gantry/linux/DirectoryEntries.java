package io.gantry.linux;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/** The {@code struct linux_dirent64} records of getdents64(2). */
final class DirectoryEntries {

  private static final int RECORD_LENGTH_AT = 16;
  private static final int NAME_AT = 19;

  private DirectoryEntries() {}

  static void addNames(byte[] records, int length, List<String> names) {
    ByteBuffer fields = ByteBuffer.wrap(records).order(ByteOrder.nativeOrder());
    for (int at = 0; at < length; ) {
      String name = KernelText.textUntilNul(records, at + NAME_AT);
      if (!name.equals(".") && !name.equals("..")) {
        names.add(name);
      }
      at += Short.toUnsignedInt(fields.getShort(at + RECORD_LENGTH_AT));
    }
  }
}
