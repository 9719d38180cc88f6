package io.gantry.shim;

import io.gantry.linux.Fd;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What a shim is to do to start one process: steps of the shim itself, then steps of the new
 * process up to its exec, taken strictly in order. The descriptors are borrowed: whoever built the
 * plan closes them once the shim is spawned.
 */
public final class Plan {

  static final int MAGIC = 0x314c5047;
  static final int HEADER = 6 * Integer.BYTES;
  static final int LARGEST = 4 << 20;

  private final List<Step> parent;
  private final List<Step> child;
  private final List<Fd> descriptors;

  Plan(List<Step> parent, List<Step> child, List<Fd> descriptors) {
    this.parent = List.copyOf(parent);
    this.child = List.copyOf(child);
    this.descriptors = List.copyOf(descriptors);
  }

  public static PlanBuilder builder() {
    return new PlanBuilder();
  }

  /** What the shim finds from descriptor 7 on. */
  public List<Fd> descriptors() {
    return descriptors;
  }

  /**
   * This plan, and the shim rotates the log where nobody else does: at a certain size it becomes
   * {@code NAME.1}, that {@code NAME.2} and so on.
   *
   * @param directory of the log, borrowed like the plan's other descriptors
   * @param name of the log in there
   * @param most bytes after which a new file is begun at the end of a line
   * @param files that are kept, the log itself among them; 2 to 1000
   */
  public Plan rotatingLog(Fd directory, String name, long most, int files) {
    List<Fd> all = new ArrayList<>(descriptors);
    all.add(directory);
    List<Step> steps = new ArrayList<>(parent);
    steps.add(
        Step.of(
            Op.LOG_ROTATION,
            new Field.Descriptor(descriptors.size()),
            new Field.Text(name),
            new Field.U64(most),
            new Field.U32(files)));
    return new Plan(steps, child, all);
  }

  /** The plan in the format of shim/README.md. */
  public ByteBuffer encode() {
    int parentSize = parent.stream().mapToInt(Step::size).sum();
    int childSize = child.stream().mapToInt(Step::size).sum();
    int total = HEADER + parentSize + childSize;
    if (total > LARGEST) {
      throw new IllegalArgumentException(
          "plan of " + total + " bytes is larger than the shim takes (" + LARGEST + ")");
    }
    ByteBuffer out = ByteBuffer.allocate(total).order(ByteOrder.LITTLE_ENDIAN);
    out.putInt(MAGIC).putInt(total).putInt(descriptors.size());
    out.putInt(parentSize).putInt(childSize).putInt(0);
    parent.forEach(step -> step.putTo(out));
    child.forEach(step -> step.putTo(out));
    return out.flip();
  }

  /** One step per line, as {@code gantry-shim check-plan} prints the encoded plan. */
  @Override
  public String toString() {
    return Stream.concat(parent.stream(), child.stream())
        .map(Step::toString)
        .collect(Collectors.joining("\n", "", "\n"));
  }

  /** Collects steps; the sections are told apart by the operation. */
  abstract static class Steps {
    private final List<Step> parent = new ArrayList<>();
    private final List<Step> child = new ArrayList<>();
    private final List<Fd> descriptors = new ArrayList<>();

    final void add(Op op, Field... fields) {
      (op.isOfTheParent() ? parent : child).add(Step.of(op, fields));
    }

    final Field.Descriptor descriptor(Fd fd) {
      int known = descriptors.indexOf(fd);
      if (known >= 0) {
        return new Field.Descriptor(known);
      }
      descriptors.add(fd);
      return new Field.Descriptor(descriptors.size() - 1);
    }

    final Plan toPlan() {
      return new Plan(parent, child, descriptors);
    }
  }
}
