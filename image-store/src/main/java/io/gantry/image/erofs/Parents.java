package io.gantry.image.erofs;

import io.gantry.image.error.ImageException;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Walks to the directories that entries go into, as the kernel does below a root that nothing leads
 * out of ({@code RESOLVE_BENEATH} of openat2(2)). One thread.
 */
final class Parents {

  private static final int MOST_LINKS = 40; // MAXSYMLINKS
  private static final int IMPLIED_MODE = 0755;

  private final Node root;
  private final Deletions deletions;
  private final Admission admission;

  Parents(Node root, Deletions deletions, Admission admission) {
    this.root = root;
    this.deletions = deletions;
    this.admission = admission;
  }

  /**
   * The directory, made with its parents when it is missing.
   *
   * @param path normalised, empty for the root
   * @param entry whose parent it is, for messages
   */
  Node make(String path, String entry) throws IOException {
    Walk walk = new Walk(path, entry, true);
    Node found = walk.end();
    if (found == null) {
      throw new ImageException.Refused(
          "tar entry " + entry,
          "its parent " + walk.ownPath + " is no directory of this layer",
          "do not trust this image");
    }
    return found;
  }

  /** The directory if it is there. */
  @Nullable Node existing(String path, String entry) throws IOException {
    return new Walk(path, entry, false).end();
  }

  /** One way from the root to a directory. */
  private final class Walk {

    private final String entry;
    private final boolean making;
    private final Deque<String> ahead;
    private final List<Node> way = new ArrayList<>(List.of(root));

    /** As far as the entry's own path has been walked. */
    private final StringBuilder ownPath = new StringBuilder();

    private int links;

    /** How many of the parts ahead come from links. */
    private int borrowed;

    Walk(String path, String entry, boolean making) {
      this.entry = entry;
      this.making = making;
      this.ahead = new ArrayDeque<>(parts(path));
    }

    @Nullable Node end() throws IOException {
      while (!ahead.isEmpty()) {
        if (!step(ahead.pop())) {
          return null;
        }
      }
      return way.getLast();
    }

    /** The answer is whether something is there to walk on from. */
    private boolean step(String part) throws IOException {
      boolean own = borrowed == 0;
      if (own) {
        ownPath.append(ownPath.isEmpty() ? "" : "/").append(part);
      } else {
        borrowed--;
      }
      if (part.equals("..")) {
        up();
        return true;
      }
      Node next = way.getLast().children().get(part);
      // What a link leads to is not made up: only the entry's own path is.
      if (making && own && (next == null || next.isWhiteout())) {
        next = implied(way.getLast(), part, entry);
      }
      if (next == null) {
        return false;
      }
      if (next.isSymlink()) {
        follow(next);
        return true;
      }
      return next.isDirectory() && way.add(next);
    }

    private void up() throws IOException {
      if (way.size() == 1) {
        throw leadsOut(entry);
      }
      way.removeLast();
    }

    private void follow(Node link) throws IOException {
      if (++links > MOST_LINKS || link.target.startsWith("/")) {
        throw leadsOut(entry);
      }
      List<String> target = parts(link.target);
      target.reversed().forEach(ahead::push);
      borrowed += target.size();
    }
  }

  private static List<String> parts(String path) {
    return Arrays.stream(path.split("/", -1))
        .filter(part -> !part.isEmpty() && !part.equals("."))
        .toList();
  }

  private Node implied(Node parent, String name, String entry) throws IOException {
    Node directory = Node.directory(IMPLIED_MODE);
    admission.node(name, directory, entry);
    Node before = parent.children().put(name, directory);
    if (before != null) {
      deletions.startEmpty(directory);
    }
    return directory;
  }

  /** As openat2(2) answers with EXDEV and ELOOP. */
  private static ImageException leadsOut(String entry) {
    return new ImageException.Refused(
        "tar entry " + entry,
        "its parent leads out of the layer through a link",
        "do not trust this image");
  }
}
