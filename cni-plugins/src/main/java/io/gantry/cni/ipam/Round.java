package io.gantry.cni.ipam;

import java.net.InetAddress;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;

/** Every address of a range set once, from the one after the last that was given out. */
final class Round {

  private final List<AddressRange> set;
  private final InetAddress start;
  private int range;
  private InetAddress at;
  private boolean begun;

  Round(List<AddressRange> set, Optional<InetAddress> last) {
    this.set = set;
    this.range = last.map(address -> indexOf(set, address)).filter(index -> index >= 0).orElse(0);
    AddressRange first = set.get(range);
    this.at = last.filter(first::contains).orElse(first.first());
    if (last.filter(first::contains).isPresent()) {
      step();
    }
    this.start = at;
  }

  private static int indexOf(List<AddressRange> set, InetAddress address) {
    for (int i = 0; i < set.size(); i++) {
      if (set.get(i).contains(address)) {
        return i;
      }
    }
    return -1;
  }

  private void step() {
    AddressRange current = set.get(range);
    if (at.equals(current.last())) {
      range = (range + 1) % set.size();
      at = set.get(range).first();
    } else {
      at = current.after(at);
    }
  }

  boolean hasNext() {
    return !begun || !at.equals(start);
  }

  InetAddress next() {
    if (!hasNext()) {
      throw new NoSuchElementException("every address was tried");
    }
    begun = true;
    InetAddress address = at;
    step();
    return address;
  }
}
