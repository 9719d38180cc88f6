package io.gantry.cni.filter;

import java.util.Optional;

/**
 * One element of a set or map of the table.
 *
 * @param set such as {@code masquerade4}
 * @param key what is looked up, as nft(8) writes it
 * @param value what a map answers; empty for a set, and for a map of chains
 * @param chain where a map of chains leads to
 */
record Element(String set, String key, String value, Optional<BlockChain> chain) {

  /** Where an element is: there can be only one. */
  record Place(String set, String key) {}

  static Element leading(String set, String key, BlockChain chain) {
    return new Element(set, key, "", Optional.of(chain));
  }

  Place place() {
    return new Place(set, key);
  }

  /** The element between braces with whose it is. */
  String written(String comment) {
    String answer = chain.map(to -> "jump " + to.name()).orElse(value);
    String marked = key + " comment \"" + comment + "\"";
    return answer.isEmpty() ? marked : marked + " : " + answer;
  }
}
