package io.gantry.pod;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Writes the files of a pod that its containers see under /etc. */
final class PodFiles {

  private static final Path MACHINE_HOSTS = Path.of("/etc/hosts");
  private static final Path MACHINE_RESOLV_CONF = Path.of("/etc/resolv.conf");

  private final PodPaths paths;

  PodFiles(PodPaths paths) {
    this.paths = paths;
  }

  /** Makes hosts, hostname and resolv.conf; the pod's address is taken from its network record. */
  void write(Pod pod, String hostname) throws IOException {
    Files.createDirectories(paths.directory(pod.id()));
    write(pod, paths.hostname(pod.id()), hostname + "\n");
    write(pod, paths.hosts(pod.id()), hosts(pod, hostname));
    write(pod, paths.resolvConf(pod.id()), resolvConf(pod.spec().dns()));
  }

  /** A file that belongs to root inside. */
  private static void write(Pod pod, Path file, String content) throws IOException {
    Files.writeString(file, content);
    UserMapping users = pod.spec().namespaces().users();
    if (users != null) {
      Files.setAttribute(file, "unix:uid", users.rootUid());
      Files.setAttribute(file, "unix:gid", users.rootGid());
    }
  }

  private static String hosts(Pod pod, String hostname) throws IOException {
    PodNetworkRecord network = pod.network();
    if (network == null) {
      return contents(MACHINE_HOSTS);
    }
    List<String> lines = new ArrayList<>();
    lines.add("127.0.0.1\tlocalhost");
    lines.add("::1\tlocalhost ip6-localhost ip6-loopback");
    lines.add("fe00::\tip6-localnet");
    lines.add("ff02::1\tip6-allnodes");
    lines.add("ff02::2\tip6-allrouters");
    network.ips().forEach(ip -> lines.add(ip + "\t" + hostname));
    return String.join("\n", lines) + "\n";
  }

  private static String resolvConf(DnsConfig dns) throws IOException {
    if (dns.hasNothing()) {
      return contents(MACHINE_RESOLV_CONF);
    }
    List<String> lines = new ArrayList<>();
    if (!dns.searches().isEmpty()) {
      lines.add("search " + String.join(" ", dns.searches()));
    }
    dns.servers().forEach(server -> lines.add("nameserver " + server));
    if (!dns.options().isEmpty()) {
      lines.add("options " + String.join(" ", dns.options()));
    }
    return String.join("\n", lines) + "\n";
  }

  private static String contents(Path file) throws IOException {
    try {
      return Files.readString(file);
    } catch (NoSuchFileException _) {
      return "";
    }
  }
}
