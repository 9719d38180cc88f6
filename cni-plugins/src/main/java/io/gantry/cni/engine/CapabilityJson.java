package io.gantry.cni.engine;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gantry.cni.PodRequest;
import io.gantry.linux.netlink.IpPrefix;

/** What a pod asks for, in the form of the conventions for {@code runtimeConfig}. */
final class CapabilityJson {

  private CapabilityJson() {}

  static ObjectNode of(PodRequest pod) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    if (!pod.ports().isEmpty()) {
      ArrayNode ports = json.putArray("portMappings");
      pod.ports().forEach(port -> ports.add(port(port)));
    }
    PodRequest.Bandwidth bandwidth = pod.bandwidth();
    if (bandwidth != null) {
      json.set("bandwidth", bandwidth(bandwidth));
    }
    PodRequest.Dns dns = pod.dns();
    if (!dns.servers().isEmpty() || !dns.searches().isEmpty() || !dns.options().isEmpty()) {
      ObjectNode settings = json.putObject("dns");
      dns.servers().forEach(settings.putArray("servers")::add);
      dns.searches().forEach(settings.putArray("searches")::add);
      dns.options().forEach(settings.putArray("options")::add);
    }
    if (!pod.wishes().equals(PodRequest.Wishes.NONE)) {
      wishes(pod.wishes(), json);
    }
    if (!pod.annotations().isEmpty()) {
      ObjectNode annotations = json.putObject("io.kubernetes.cri.pod-annotations");
      pod.annotations().forEach(annotations::put);
    }
    if (!pod.cgroupPath().isEmpty()) {
      json.put("cgroupPath", pod.cgroupPath());
    }
    return json;
  }

  private static void wishes(PodRequest.Wishes wishes, ObjectNode json) {
    if (!wishes.ips().isEmpty()) {
      wishes.ips().forEach(json.putArray("ips")::add);
    }
    if (!wishes.mac().isEmpty()) {
      json.put("mac", wishes.mac());
    }
    if (!wishes.ranges().isEmpty()) {
      ArrayNode sets = json.putArray("ipRanges");
      wishes.ranges().forEach(block -> sets.addArray().addObject().put("subnet", block.toString()));
    }
    if (!wishes.aliases().isEmpty()) {
      wishes.aliases().forEach(json.putArray("aliases")::add);
    }
  }

  private static ObjectNode port(PodRequest.PortMapping port) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("hostPort", port.hostPort()).put("containerPort", port.containerPort());
    json.put("protocol", port.protocol());
    if (port.hostAddress() != null) {
      json.put("hostIP", IpPrefix.text(port.hostAddress()));
    }
    return json;
  }

  private static ObjectNode bandwidth(PodRequest.Bandwidth bandwidth) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    if (bandwidth.ingressRate() != 0) {
      json.put("ingressRate", bandwidth.ingressRate());
      json.put("ingressBurst", bandwidth.ingressBurst());
    }
    if (bandwidth.egressRate() != 0) {
      json.put("egressRate", bandwidth.egressRate());
      json.put("egressBurst", bandwidth.egressBurst());
    }
    return json;
  }
}
