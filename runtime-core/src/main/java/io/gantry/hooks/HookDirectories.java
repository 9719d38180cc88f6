package io.gantry.hooks;

import io.gantry.container.ContainerSpec;
import io.gantry.container.Hook;
import io.gantry.error.Subject;
import io.gantry.error.UnavailableException;
import io.gantry.state.ParsedFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The hooks of the files in some directories. They run in the order of the files' names; a file of
 * a later directory takes the place of one of the same name in an earlier one. Safe for use by many
 * threads.
 */
public final class HookDirectories {

  private final List<Path> directories;
  private final ParsedFiles<HookFile> files = new ParsedFiles<>(HookFile::read);

  /**
   * @param directories those that are missing have no hooks
   */
  public HookDirectories(List<Path> directories) {
    this.directories = List.copyOf(directories);
  }

  /** Whether there can be any hook. */
  public boolean isEmpty() {
    return directories.isEmpty();
  }

  /**
   * The request with the hooks that are for it.
   *
   * @param program what the container executes, as it is named
   * @throws UnavailableException naming a file that is wrong: a container without a hook that an
   *     administrator wants is not started
   */
  public ContainerSpec edited(ContainerSpec spec, String program) throws IOException {
    List<Hook> hooks = new ArrayList<>(spec.hooks());
    for (Map.Entry<Path, ParsedFiles.Parsed<HookFile>> entry : winners().values()) {
      HookFile file = entry.getValue().value();
      if (file == null) {
        throw new UnavailableException(
            new Subject("hook", entry.getKey().toString()),
            "hook file " + entry.getKey() + " cannot be used: " + entry.getValue().problem(),
            "mend it, or move it out of the directory");
      }
      if (file.when().matches(spec, program)) {
        hooks.addAll(file.hooks());
      }
    }
    return hooks.size() == spec.hooks().size()
        ? spec
        : spec.edited(spec.environment(), spec.mounts(), spec.devices(), hooks, spec.security());
  }

  private SortedMap<String, Map.Entry<Path, ParsedFiles.Parsed<HookFile>>> winners()
      throws IOException {
    SortedMap<String, Map.Entry<Path, ParsedFiles.Parsed<HookFile>>> winners = new TreeMap<>();
    for (Path directory : directories) {
      for (Map.Entry<Path, ParsedFiles.Parsed<HookFile>> entry :
          files.in(directory, "*.json").entrySet()) {
        winners.put(String.valueOf(entry.getKey().getFileName()), entry);
      }
    }
    return winners;
  }
}
