package io.gantry.image.hosts;

import io.gantry.image.error.ImageException;
import io.gantry.image.registry.Capability;
import io.gantry.image.registry.ConnectionSettings;
import io.gantry.image.registry.ConnectionSettings.ClientCertificate;
import java.io.IOException;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a hosts file says of one host, or at its top of the server.
 *
 * @param overridePath whether the address is complete as it stands, without {@code /v2}
 * @param headers names as in the file
 */
record HostSettings(
    Set<Capability> capabilities,
    boolean overridePath,
    Map<String, List<String>> headers,
    ConnectionSettings connection) {

  private static final String WANTED_CAPABILITIES = "some of \"pull\", \"resolve\", \"push\"";
  private static final String WANTED_FILES = "a file's name or a list of them";
  private static final String WANTED_PAIRS =
      "a file's name, or a list of names or of pairs [\"certificate\", \"key\"]";
  private static final String WANTED_HEADER = "a string or a list of strings, without line ends";

  /** What the HTTP client decides itself. */
  private static final Set<String> RESERVED =
      Set.of("connection", "content-length", "expect", "host", "upgrade");

  static HostSettings read(Path file, HostsTable table) throws ImageException {
    return new HostSettings(
        capabilities(table), table.flag("override_path"), headers(table), connection(file, table));
  }

  private static Set<Capability> capabilities(HostsTable table) throws ImageException {
    EnumSet<Capability> capabilities = EnumSet.noneOf(Capability.class);
    for (String name : table.texts("capabilities", WANTED_CAPABILITIES)) {
      capabilities.add(
          switch (name.toLowerCase(Locale.ROOT)) {
            case "pull" -> Capability.PULL;
            case "resolve" -> Capability.RESOLVE;
            case "push" -> Capability.PUSH;
            default ->
                throw table.refusal(
                    "capabilities", "has the unknown \"" + name + "\"", WANTED_CAPABILITIES);
          });
    }
    return capabilities.isEmpty() ? EnumSet.allOf(Capability.class) : capabilities;
  }

  private static Map<String, List<String>> headers(HostsTable table) throws ImageException {
    Map<String, List<String>> headers = new LinkedHashMap<>();
    HostsTable header = table.table("header");
    for (String name : header.keysInOrder()) {
      boolean usable = name.matches("[!#$%&'*+.^_`|~0-9A-Za-z-]+");
      if (!usable || RESERVED.contains(name.toLowerCase(Locale.ROOT))) {
        throw header.refusal(name, "is no header that can be set", "another one");
      }
      List<String> values = header.texts(name, WANTED_HEADER);
      if (values.stream().anyMatch(value -> value.chars().anyMatch(c -> c < ' ' || c > 126))) {
        throw header.refusal(name, "holds more than printable ASCII", WANTED_HEADER);
      }
      headers.put(name, List.copyOf(values));
    }
    return headers;
  }

  private static ConnectionSettings connection(Path file, HostsTable table) throws ImageException {
    List<X509Certificate> authorities = new ArrayList<>();
    for (String name : table.texts("ca", WANTED_FILES)) {
      try {
        authorities.addAll(PemFile.read(file.resolveSibling(name)).certificates());
      } catch (IOException e) {
        throw table.refusal("ca", "cannot be used: " + e.getMessage(), "a file of certificates");
      }
    }
    List<ClientCertificate> clients = new ArrayList<>();
    for (List<String> pair : table.pairs("client", WANTED_PAIRS)) {
      Path certificate = file.resolveSibling(pair.getFirst());
      String key = pair.getLast();
      try {
        clients.add(
            PemFile.pair(certificate, key.isEmpty() ? certificate : file.resolveSibling(key)));
      } catch (IOException e) {
        throw table.refusal("client", "cannot be used: " + e.getMessage(), WANTED_PAIRS);
      }
    }
    boolean verified = !table.flag("skip_verify");
    return new ConnectionSettings(verified, authorities, clients, timeout(table));
  }

  private static @Nullable Duration timeout(HostsTable table) throws ImageException {
    String wanted = "a time such as \"10s\" or \"500ms\"";
    String text = table.text("dial_timeout", "", wanted);
    if (text.isEmpty()) {
      return null;
    }
    return GoDuration.parse(text)
        .orElseThrow(() -> table.refusal("dial_timeout", "is \"" + text + "\"", wanted));
  }
}
