package io.gantry.pod;

/** Who the users and groups of a pod with a user namespace are on the machine (CRI IDMapping). */
public record UserMapping(IdRange uids, IdRange gids) {

  /** Who root inside is on the machine. */
  public int rootUid() {
    return (int) uids.first();
  }

  /** The group of root inside on the machine. */
  public int rootGid() {
    return (int) gids.first();
  }
}
