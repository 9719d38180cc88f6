package io.gantry.linux;

import java.util.Locale;

/** The kinds of namespaces(7), with their flag and their name under {@code /proc/PID/ns}. */
public enum Namespace {
  MNT(0x00020000),
  CGROUP(0x02000000),
  UTS(0x04000000),
  IPC(0x08000000),
  USER(0x10000000),
  PID(0x20000000),
  NET(0x40000000);

  private final int flag;

  Namespace(int flag) {
    this.flag = flag;
  }

  /** The {@code CLONE_NEW*} flag. */
  public int flag() {
    return flag;
  }

  /** The name of its file under {@code /proc/PID/ns}. */
  public String file() {
    return name().toLowerCase(Locale.ROOT);
  }
}
