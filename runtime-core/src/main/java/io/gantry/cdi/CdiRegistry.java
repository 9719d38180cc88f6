package io.gantry.cdi;

import io.gantry.error.NotFoundException;
import io.gantry.error.Subject;
import io.gantry.state.ParsedFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The devices of the files in some directories, a later directory winning over an earlier one. The
 * directories are looked at whenever somebody asks, and a file is read again when it has changed,
 * so nothing has to be told of a change. Safe for use by many threads.
 */
public final class CdiRegistry {

  private final List<Path> directories;
  private final ParsedFiles<CdiSpec> files = new ParsedFiles<>(CdiSpecReader::read);

  /**
   * @param directories those that are missing have no devices
   */
  public CdiRegistry(List<Path> directories) {
    this.directories = List.copyOf(directories);
  }

  /** Edits, with the device that was asked for and the file that they are from. */
  record Named(String device, Path file, CdiSpec.Edits edits) {}

  /** A device and the file that describes it. */
  private record Found(Path file, CdiSpec spec, CdiSpec.Device device) {}

  /**
   * The edits of some devices in the order of their names; those of a whole file come once, before
   * the first of its devices.
   *
   * @param names such as {@code vendor.com/gpu=0}
   * @throws NotFoundException naming what no file has, with the files that cannot be read
   */
  List<Named> edits(Collection<String> names) throws IOException {
    Scan scan = scan();
    List<Named> edits = new ArrayList<>();
    List<Path> begun = new ArrayList<>();
    for (String name : names) {
      Found found = scan.device(name);
      if (!begun.contains(found.file())) {
        begun.add(found.file());
        edits.add(new Named(name, found.file(), found.spec().containerEdits()));
      }
      edits.add(new Named(name, found.file(), found.device().containerEdits()));
    }
    return edits;
  }

  private Scan scan() throws IOException {
    Scan scan = new Scan(directories);
    for (Path directory : directories) {
      Map<String, Found> here = new LinkedHashMap<>();
      files
          .in(directory, "*.{json,yaml,yml}")
          .forEach((file, parsed) -> {
            CdiSpec spec = parsed.value();
            if (spec == null) {
              scan.broken.put(file, parsed.problem());
            } else {
              scan.add(file, spec, here);
            }
          });
      scan.devices.putAll(here);
    }
    return scan;
  }

  /** What all directories have at one moment. */
  private static final class Scan {
    private final List<Path> directories;
    private final Map<String, Found> devices = new LinkedHashMap<>();
    private final SortedMap<String, String> conflicts = new TreeMap<>();
    private final SortedMap<Path, String> broken = new TreeMap<>();

    Scan(List<Path> directories) {
      this.directories = directories;
    }

    /** The same name twice in one directory is nobody's device. */
    void add(Path file, CdiSpec spec, Map<String, Found> here) {
      for (CdiSpec.Device device : spec.devices()) {
        String name = spec.kind() + "=" + device.name();
        Found other = here.putIfAbsent(name, new Found(file, spec, device));
        if (other != null) {
          conflicts.put(name, "both " + other.file() + " and " + file + " describe it");
        } else {
          conflicts.remove(name);
        }
      }
    }

    Found device(String name) {
      Found found = devices.get(name);
      String conflict = conflicts.get(name);
      if (found != null && conflict == null) {
        return found;
      }
      StringBuilder reason = new StringBuilder("CDI device " + name + ": ");
      reason.append(conflict != null ? conflict : "no file in " + directories + " describes it");
      broken.forEach((file, problem) ->
          reason.append("; ").append(file).append(" cannot be used: ").append(problem));
      throw new NotFoundException(
          new Subject("CDI device", name), reason.toString(), "look at the files of its vendor");
    }
  }
}
