package io.gantry.cni;

import java.util.SortedMap;
import java.util.TreeMap;

/**
 * One interface of a pod in one network, as the pod's record keeps it: written down before the
 * network is asked, so that whatever a crash leaves can be undone, and again with the result. What
 * the network was configured to be then is kept too, because its file may be gone when the pod
 * goes.
 *
 * @param network by name
 * @param interfaceName inside the pod
 * @param configuration the network's configuration list as JSON
 * @param capabilities what the pod asked for, by CNI capability, as JSON
 * @param arguments of {@code CNI_ARGS}
 * @param result ADD's result as JSON, or empty before it
 */
public record Attachment(
    String network,
    String interfaceName,
    String configuration,
    String capabilities,
    SortedMap<String, String> arguments,
    String result) {

  /** The name that kubelet and every CNI runtime give a pod's first interface. */
  public static final String FIRST_INTERFACE = "eth0";

  public Attachment {
    // the same text in the records of all pods of a network
    configuration = configuration.intern();
    arguments = new TreeMap<>(arguments);
  }

  /** This after ADD. */
  public Attachment with(String added) {
    return new Attachment(network, interfaceName, configuration, capabilities, arguments, added);
  }
}
