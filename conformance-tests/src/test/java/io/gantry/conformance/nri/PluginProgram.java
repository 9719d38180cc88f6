package io.gantry.conformance.nri;

import com.google.protobuf.TextFormat;
import io.gantry.api.nri.v1alpha1.ContainerAdjustment;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.List;

/**
 * A plugin as a process: {@code PluginProgram SOCKET INDEX NAME ADJUSTMENT}, with {@code -} for the
 * socket that is its standard input. Ends with its connection, and says on standard output when it
 * has been told what there is.
 */
public final class PluginProgram {

  private PluginProgram() {}

  public static void main(String[] words) throws Exception {
    TestPlugin plugin =
        words[0].equals("-")
            ? new TestPlugin((SocketChannel) System.inheritedChannel())
            : TestPlugin.connectedTo(Path.of(words[0]));
    plugin
        .adjusting(TextFormat.parse(words[3], ContainerAdjustment.class))
        .join(words[1], words[2]);
    System.out.println("joined");
    plugin.awaitEnd();
  }

  /** What starts it. */
  static List<String> command(String socket, String index, String name, String adjustment) {
    return List.of(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "-XX:TieredStopAtLevel=1",
        "-cp",
        System.getProperty("java.class.path"),
        PluginProgram.class.getName(),
        socket,
        index,
        name,
        adjustment);
  }
}
