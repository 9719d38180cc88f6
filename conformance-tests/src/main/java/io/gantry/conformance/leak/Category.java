package io.gantry.conformance.leak;

/** The kinds of things that a pod can leave behind. */
public enum Category {
  MOUNTS("mounts"),
  NAMESPACES("namespaces"),
  CGROUPS("cgroup directories"),
  INTERFACES("interfaces"),
  ADDRESSES("addresses"),
  ROUTES("routes"),
  NFT("nft lines"),
  PROCESSES("processes"),
  FILES("files");

  private final String title;

  Category(String title) {
    this.title = title;
  }

  /** As a person reads it. */
  public String title() {
    return title;
  }
}
