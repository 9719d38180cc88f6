package io.gantry.linux.nftables;

import java.io.IOException;

/** The packet filter of one network namespace. Safe for use by several threads. */
public interface Nftables {

  /**
   * Runs commands in the syntax of nft(8) as one transaction.
   *
   * @return what the commands list, or empty
   * @throws NftablesException when the kernel or the parser refuses them; nothing has changed then
   * @throws NftablesMissingException when the library is not on this machine
   */
  String run(String commands) throws IOException;

  /**
   * Runs commands that list something, without the elements of sets and maps where that is cheaper:
   * enough to see whether it is still the same.
   */
  default String outline(String commands) throws IOException {
    return run(commands);
  }
}
