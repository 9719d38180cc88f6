package io.gantry.cdi;

import io.gantry.state.StrictDocument;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import java.util.regex.Pattern;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/**
 * Reads a vendor's file, YAML or JSON. A field that nobody knows is refused: to leave a part of a
 * device out would start containers that half work.
 */
final class CdiSpecReader {

  private static final long LARGEST_FILE = 4 << 20;
  private static final Pattern VERSION = Pattern.compile("0\\.[3-9]\\.0|1\\.[01]\\.0");
  private static final Pattern KIND =
      Pattern.compile("[A-Za-z][A-Za-z0-9_.-]*[A-Za-z0-9]/[A-Za-z]([A-Za-z0-9_.-]*[A-Za-z0-9])?");
  private static final Pattern DEVICE =
      Pattern.compile("[A-Za-z0-9]([A-Za-z0-9_.:-]*[A-Za-z0-9])?");

  private CdiSpecReader() {}

  /** Reads it, or fails with what is wrong in it. */
  static CdiSpec read(Path file) throws IOException {
    if (Files.size(file) > LARGEST_FILE) {
      throw new IOException("is larger than 4 MiB");
    }
    CdiSpec spec = parse(Files.readString(file), file);
    check(spec);
    return spec;
  }

  private static CdiSpec parse(String text, Path file) throws IOException {
    try {
      return file.toString().endsWith(".json")
          ? StrictDocument.read(text, CdiSpec.class)
          : StrictDocument.of(yaml(text, file), CdiSpec.class);
    } catch (MarkedYamlEngineException e) {
      String line =
          e.getProblemMark().map(mark -> "line " + (mark.getLine() + 1) + ": ").orElse("");
      throw new IOException("is not YAML: " + line + e.getProblem(), e);
    } catch (YamlEngineException e) {
      throw new IOException("is not YAML: " + e.getMessage(), e);
    } catch (StackOverflowError e) {
      throw new IOException("is nested too deeply", e);
    }
  }

  private static Object yaml(String text, Path file) throws IOException {
    Object document =
        new Load(LoadSettings.builder().setLabel(file.toString()).build()).loadFromString(text);
    if (document == null) {
      throw new IOException("is empty");
    }
    return document;
  }

  private static void check(CdiSpec spec) throws IOException {
    require(
        VERSION.matcher(spec.cdiVersion()).matches(),
        "cdiVersion \"" + spec.cdiVersion() + "\" is none from 0.3.0 to 1.1.0");
    require(KIND.matcher(spec.kind()).matches(), "kind \"" + spec.kind() + "\" is no vendor/class");
    require(!spec.devices().isEmpty(), "has no devices");
    Set<String> names = new HashSet<>();
    for (CdiSpec.Device device : spec.devices()) {
      require(
          DEVICE.matcher(device.name()).matches(),
          "device name \"" + device.name() + "\" is not made of letters, digits and _.:-");
      require(names.add(device.name()), "has the device \"" + device.name() + "\" twice");
    }
  }

  private static void require(boolean holds, String problem) throws IOException {
    if (!holds) {
      throw new IOException(problem);
    }
  }
}
