package io.gantry.cni.engine;

import io.gantry.cni.plugin.Plugin;
import io.gantry.cni.plugin.Plugins;
import io.gantry.cni.spec.CniException;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Plugins of this process first, then programs in the directories of the plugin path. */
final class PluginPath implements Plugins {

  private static final String TYPE = "[A-Za-z0-9_.-]+";

  private final Map<String, Plugin> builtIn;
  private final List<Path> directories;
  private final ProgramRun run;

  PluginPath(Map<String, Plugin> builtIn, List<Path> directories, ProgramRun run) {
    this.builtIn = Map.copyOf(builtIn);
    this.directories = List.copyOf(directories);
    this.run = run;
  }

  @Override
  public Plugin of(String type) throws CniException {
    Plugin plugin = builtIn.get(type);
    return plugin != null ? plugin : program(type);
  }

  private ExecutedPlugin program(String type) throws CniException {
    if (!type.matches(TYPE) || type.equals("..") || type.equals(".")) {
      throw CniException.invalid("field type is no name of a plugin: " + type);
    }
    for (Path directory : directories) {
      Path program = directory.resolve(type);
      if (Files.isExecutable(program) && Files.isRegularFile(program)) {
        return new ExecutedPlugin(program, text(File.pathSeparator), run);
      }
    }
    throw new CniException(
        CniException.NOT_AVAILABLE,
        "plugin " + type + " is neither built in nor an executable file in " + text(" or "));
  }

  private String text(String separator) {
    return directories.stream().map(Path::toString).collect(Collectors.joining(separator));
  }
}
