package io.gantry.image.archive;

import io.gantry.image.error.ImageException;
import io.gantry.image.manifest.Platform;
import io.gantry.image.reference.Digest;
import io.gantry.image.reference.ImageReference;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Packs files of this machine into an image, from the command line. */
public final class PackImage {

  private static final String USAGE =
      """
      usage: PackImage --tag NAME[:TAG] -o FILE.tar [option ...]
        --add SOURCE:PATH[:MODE]   a file or tree of this machine; MODE is octal, for one file
        --text PATH[:MODE]=TEXT    a file with this text and a line end
        --dir PATH[:MODE]          a directory
        --link TARGET:PATH         a symbolic link at PATH
        --hardlink TARGET:PATH     another name, PATH, for the file TARGET of the same layer
        --next-layer               what follows goes into a layer above what was added so far
        --gzip                     compresses the layers
        --entrypoint ARG           once for each word
        --cmd ARG                  once for each word
        --env NAME=VALUE
        --user USER[:GROUP]
        --workdir PATH
        --label KEY=VALUE
      """;

  private String tag = "";
  private String output = "";
  private String user = "";
  private String workingDir = "";
  private final List<String> entrypoint = new ArrayList<>();
  private final List<String> cmd = new ArrayList<>();
  private final List<String> env = new ArrayList<>();
  private final Map<String, String> labels = new TreeMap<>();
  private final List<Step> steps = new ArrayList<>();

  private PackImage() {}

  /** One thing to add, once the name is known. */
  @FunctionalInterface
  private interface Step {
    void run(ImageWriter writer) throws IOException;
  }

  /** Exits 0 when the archive is written, 2 when the arguments are wrong, 1 when it fails. */
  public static void main(String[] arguments) {
    int status = run(arguments, System.out, System.err);
    if (status != 0) {
      System.exit(status);
    }
  }

  static int run(String[] arguments, PrintStream out, PrintStream err) {
    try {
      Digest id = new PackImage().pack(new ArrayDeque<>(Arrays.asList(arguments)));
      out.println(id);
      return 0;
    } catch (IllegalArgumentException e) {
      err.println("PackImage: " + e.getMessage() + "\n" + USAGE);
      return 2;
    } catch (IOException e) {
      err.println("PackImage: " + e.getMessage());
      return 1;
    }
  }

  private Digest pack(Deque<String> arguments) throws IOException {
    while (!arguments.isEmpty()) {
      String option = arguments.removeFirst();
      if (takeFlag(option)) {
        continue;
      }
      if (arguments.isEmpty()) {
        throw new IllegalArgumentException(option + " needs a value");
      }
      take(option, arguments.removeFirst());
    }
    if (tag.isEmpty() || output.isEmpty()) {
      throw new IllegalArgumentException("--tag and -o are needed");
    }
    ImageWriter writer = new ImageWriter(name(), Platform.ofMachine());
    writer.run(new ImageWriter.Run(entrypoint, cmd, env, user, workingDir, labels));
    for (Step step : steps) {
      step.run(writer);
    }
    return writer.write(Path.of(output));
  }

  private ImageReference name() {
    try {
      return ImageReference.parse(tag);
    } catch (ImageException e) {
      throw new IllegalArgumentException(e.getMessage(), e);
    }
  }

  private boolean takeFlag(String option) {
    switch (option) {
      case "--next-layer" -> steps.add(ImageWriter::nextLayer);
      case "--gzip" -> steps.add(ImageWriter::gzip);
      default -> {
        return false;
      }
    }
    return true;
  }

  private void take(String option, String value) {
    switch (option) {
      case "--tag" -> tag = value;
      case "-o", "--output" -> output = value;
      case "--entrypoint" -> entrypoint.add(value);
      case "--cmd" -> cmd.add(value);
      case "--env" -> env.add(value);
      case "--user" -> user = value;
      case "--workdir" -> workingDir = value;
      case "--label" -> {
        int equals = split(option, value, '=');
        labels.put(value.substring(0, equals), value.substring(equals + 1));
      }
      case "--add" -> steps.add(add(option, value));
      case "--text" -> steps.add(text(option, value));
      case "--dir" -> steps.add(directory(value));
      case "--link" -> {
        int colon = split(option, value, ':');
        String path = value.substring(colon + 1);
        steps.add(writer -> writer.symlink(path, value.substring(0, colon)));
      }
      case "--hardlink" -> {
        int colon = split(option, value, ':');
        String path = value.substring(colon + 1);
        steps.add(writer -> writer.hardLink(path, value.substring(0, colon)));
      }
      default -> throw new IllegalArgumentException("unknown option " + option);
    }
  }

  private static int split(String option, String value, char separator) {
    int at = value.indexOf(separator);
    if (at < 0) {
      throw new IllegalArgumentException(option + " " + value + " lacks its " + separator);
    }
    return at;
  }

  private static Step add(String option, String value) {
    int colon = split(option, value, ':');
    Path source = Path.of(value.substring(0, colon));
    String rest = value.substring(colon + 1);
    int second = rest.indexOf(':');
    if (second < 0) {
      return writer -> writer.add(source, rest);
    }
    int mode = mode(rest.substring(second + 1));
    return writer -> writer.add(source, rest.substring(0, second), mode);
  }

  private static Step text(String option, String value) {
    int equals = split(option, value, '=');
    String target = value.substring(0, equals);
    String content = value.substring(equals + 1) + "\n";
    int colon = target.indexOf(':');
    if (colon < 0) {
      return writer -> writer.text(target, content, 0644);
    }
    int mode = mode(target.substring(colon + 1));
    return writer -> writer.text(target.substring(0, colon), content, mode);
  }

  private static Step directory(String value) {
    int colon = value.indexOf(':');
    String path = colon < 0 ? value : value.substring(0, colon);
    int mode = colon < 0 ? 0755 : mode(value.substring(colon + 1));
    return writer -> writer.directory(path, mode);
  }

  private static int mode(String octal) {
    try {
      int mode = Integer.parseInt(octal, 8);
      if (mode >= 0 && mode <= 07777) {
        return mode;
      }
    } catch (NumberFormatException e) {
      // Told below with the text itself.
    }
    throw new IllegalArgumentException("mode " + octal + " is not octal from 0 to 7777");
  }
}
