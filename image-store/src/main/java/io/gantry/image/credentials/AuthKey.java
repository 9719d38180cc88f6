package io.gantry.image.credentials;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Which images a key of {@code auths} is about: a host, with port where there is one, and maybe the
 * beginning of a path. Each part of a host's name may hold {@code *}, which stands for any text
 * without a dot, as kubelet reads pull secrets
 * (https://kubernetes.io/docs/concepts/containers/images/#config-json). Docker's clients write URLs
 * such as {@code https://index.docker.io/v1/} instead.
 *
 * @param host in lower case, without the port of HTTPS
 * @param path without slashes at its ends; empty for all repositories
 */
record AuthKey(String host, String path) {

  private static final String HUB = "docker.io";
  private static final List<String> NAMES_OF_THE_HUB =
      List.of("index.docker.io", "registry-1.docker.io", "registry.hub.docker.com");

  static AuthKey parse(String key) {
    String bare = key.strip().replaceFirst("^https?://", "");
    int slash = bare.indexOf('/');
    String path = slash < 0 ? "" : bare.substring(slash + 1).replaceAll("^/+|/+$", "");
    return new AuthKey(
        canonical(slash < 0 ? bare : bare.substring(0, slash)),
        path.replaceFirst("^v[12](/|$)", ""));
  }

  private static String canonical(String host) {
    String lower = host.toLowerCase(Locale.ROOT);
    String bare = lower.endsWith(":443") ? lower.substring(0, lower.length() - 4) : lower;
    return NAMES_OF_THE_HUB.contains(bare) ? HUB : bare;
  }

  /** Whether it is about a repository of a registry. */
  boolean matches(String registry, String repository) {
    boolean within = path.isEmpty() || repository.equals(path) || repository.startsWith(path + "/");
    return within && matchesHost(canonical(registry));
  }

  private boolean matchesHost(String wanted) {
    if (!isPattern()) {
      return host.equals(wanted);
    }
    String pattern =
        Arrays.stream(host.split("\\*", -1))
            .map(Pattern::quote)
            .collect(Collectors.joining("[^.:]*"));
    return wanted.matches(pattern);
  }

  /** Whether it is about many hosts. */
  boolean isPattern() {
    return host.indexOf('*') >= 0;
  }
}
