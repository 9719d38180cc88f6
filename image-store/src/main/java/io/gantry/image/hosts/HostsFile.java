package io.gantry.image.hosts;

import io.gantry.image.error.ImageException;
import io.gantry.image.registry.Capability;
import io.gantry.image.registry.Endpoint;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import org.tomlj.Toml;
import org.tomlj.TomlParseError;
import org.tomlj.TomlParseResult;

/** One {@code hosts.toml}: the hosts in the file's order, then the server. */
final class HostsFile {

  private static final String HUB = "docker.io";
  private static final String HUB_SERVER = "registry-1.docker.io";
  private static final String WANTED_URL = "an address such as \"https://mirror.example:5000\"";

  private final Path file;
  private final String registry;
  private final Endpoint own;

  /**
   * @param registry that the file is about; of {@code _default} that of the reference
   * @param own how the registry itself is reached
   */
  HostsFile(Path file, String registry, Endpoint own) {
    this.file = file;
    this.registry = registry;
    this.own = own;
  }

  /** At least one. */
  List<Endpoint> endpoints(String text) throws ImageException {
    TomlParseResult toml = Toml.parse(text);
    if (toml.hasErrors()) {
      TomlParseError error = toml.errors().getFirst();
      String reason = String.valueOf(error.getMessage()).lines().findFirst().orElse("is no TOML");
      throw HostsTable.refusal(file.toString(), error.position(), reason);
    }
    HostsTable top = new HostsTable(file.toString(), "", toml);
    List<Endpoint> endpoints = new ArrayList<>();
    HostsTable hosts = top.table("host");
    for (String address : hosts.keysInOrder()) {
      HostsTable host = hosts.table(address);
      endpoints.add(endpoint(hosts, address, address, host));
      host.refuseOthers();
    }
    endpoints.add(server(top));
    top.refuseOthers();
    return endpoints;
  }

  private Endpoint server(HostsTable top) throws ImageException {
    String server = top.text("server", "", WANTED_URL);
    if (!server.isEmpty()) {
      return endpoint(top, "server", server, top);
    }
    HostSettings settings = HostSettings.read(file, top);
    return new Endpoint(
        own.root(),
        own.credentials(),
        "",
        EnumSet.allOf(Capability.class),
        settings.headers(),
        settings.connection());
  }

  private Endpoint endpoint(HostsTable outer, String key, String address, HostsTable table)
      throws ImageException {
    HostSettings settings = HostSettings.read(file, table);
    URI base = address(outer, key, address);
    boolean same = place(base).equals(place(own.root()));
    return new Endpoint(
        settings.overridePath() ? base : Endpoint.root(base),
        same && own.credentials(),
        same ? "" : registry,
        settings.capabilities(),
        settings.headers(),
        settings.connection());
  }

  private static URI address(HostsTable outer, String key, String text) throws ImageException {
    try {
      URI uri = new URI(text.contains("://") ? text : "https://" + text);
      boolean web = "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
      boolean bare = uri.getRawQuery() == null && uri.getRawFragment() == null;
      if (web && uri.getHost() != null && uri.getRawUserInfo() == null && bare) {
        return HUB.equals(uri.getRawAuthority())
            ? new URI(uri.getScheme(), HUB_SERVER, uri.getPath(), null, null)
            : uri;
      }
    } catch (URISyntaxException e) {
      // Told below with the text itself.
    }
    throw outer.refusal(key, "is no address of a registry: \"" + text + "\"", WANTED_URL);
  }

  /** Host and port, by which it is decided whose credentials these are. */
  private static String place(URI uri) {
    int usual = "http".equals(uri.getScheme()) ? 80 : 443;
    return uri.getHost() + ":" + (uri.getPort() < 0 ? usual : uri.getPort());
  }
}
