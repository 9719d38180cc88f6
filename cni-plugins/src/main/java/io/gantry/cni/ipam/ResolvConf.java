package io.gantry.cni.ipam;

import io.gantry.cni.spec.CniResult;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Reads resolv.conf(5). */
final class ResolvConf {

  private ResolvConf() {}

  static CniResult.Dns read(List<String> lines) {
    List<String> nameservers = new ArrayList<>();
    List<String> search = new ArrayList<>();
    List<String> options = new ArrayList<>();
    String domain = "";
    for (String line : lines) {
      List<String> words = Arrays.asList(line.strip().split("\\s+"));
      if (words.size() < 2) {
        continue;
      }
      List<String> values = words.subList(1, words.size());
      switch (words.getFirst()) {
        case "nameserver" -> nameservers.add(values.getFirst());
        case "domain" -> domain = values.getFirst();
        // the last one of these lines counts
        case "search" -> {
          search.clear();
          search.addAll(values);
        }
        case "options" -> options.addAll(values);
        default -> {
          // comments, and sortlist, which CNI has no field for
        }
      }
    }
    return new CniResult.Dns(nameservers, domain, search, options);
  }
}
