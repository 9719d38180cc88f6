package io.gantry.rpc;

import com.google.protobuf.MessageLite;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;

/**
 * A list cut into parts that fit in a message with room to spare. A row may be long, as annotations
 * have no limit but the message's: so it is bytes that are counted. Not for several threads.
 */
final class ListParts<T extends MessageLite> implements Iterator<List<T>> {

  /** A sixteenth of a message: large enough that the count of messages costs nothing. */
  static final int MOST_BYTES = RpcServer.LARGEST_MESSAGE / 16;

  private final List<T> rows;
  private int from;
  private boolean finished;

  ListParts(List<T> rows) {
    this.rows = rows;
  }

  @Override
  public boolean hasNext() {
    return !finished && from < rows.size();
  }

  /** At least one row, and as many more as stay within {@link #MOST_BYTES}. */
  @Override
  public List<T> next() {
    if (!hasNext()) {
      throw new NoSuchElementException();
    }
    int end = from + 1;
    long bytes = rows.get(from).getSerializedSize();
    while (end < rows.size()) {
      bytes += rows.get(end).getSerializedSize();
      if (bytes > MOST_BYTES) {
        break;
      }
      end++;
    }
    List<T> part = rows.subList(from, end);
    from = end;
    return part;
  }

  /** Nothing comes any more: the list is through, or nobody wants the rest. */
  void finish() {
    finished = true;
  }

  boolean finished() {
    return finished;
  }
}
