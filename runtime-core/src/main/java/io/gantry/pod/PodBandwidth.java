package io.gantry.pod;

import io.gantry.cni.PodRequest;
import io.gantry.error.InvalidException;
import io.gantry.error.Subject;
import java.math.BigDecimal;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Limits of a pod's network, as Kubernetes has them in annotations: {@code
 * kubernetes.io/ingress-bandwidth} and {@code kubernetes.io/egress-bandwidth}, quantities of bits
 * per second such as {@code 10M}.
 */
final class PodBandwidth {

  private static final String INGRESS = "kubernetes.io/ingress-bandwidth";
  private static final String EGRESS = "kubernetes.io/egress-bandwidth";
  private static final Pattern QUANTITY =
      Pattern.compile("([0-9]+(?:\\.[0-9]+)?)(k|M|G|T|P|Ki|Mi|Gi|Ti|Pi|)");
  private static final Map<String, BigDecimal> SCALES =
      Map.ofEntries(
          Map.entry("", BigDecimal.ONE),
          Map.entry("k", BigDecimal.TEN.pow(3)),
          Map.entry("M", BigDecimal.TEN.pow(6)),
          Map.entry("G", BigDecimal.TEN.pow(9)),
          Map.entry("T", BigDecimal.TEN.pow(12)),
          Map.entry("P", BigDecimal.TEN.pow(15)),
          Map.entry("Ki", BigDecimal.TWO.pow(10)),
          Map.entry("Mi", BigDecimal.TWO.pow(20)),
          Map.entry("Gi", BigDecimal.TWO.pow(30)),
          Map.entry("Ti", BigDecimal.TWO.pow(40)),
          Map.entry("Pi", BigDecimal.TWO.pow(50)));

  /** The limits that kubelet allows (k8s.io/kubernetes/pkg/util/bandwidth). */
  private static final BigDecimal LEAST = BigDecimal.TEN.pow(3);

  private static final BigDecimal MOST = BigDecimal.TEN.pow(15);

  /** So much may come at once; what the kernel's buckets take, and what peers give. */
  private static final long BURST = Integer.MAX_VALUE;

  private PodBandwidth() {}

  /** The limits, or null where the pod asks for none. */
  static PodRequest.@Nullable Bandwidth of(Map<String, String> annotations) {
    long ingress = rate(INGRESS, annotations);
    long egress = rate(EGRESS, annotations);
    return ingress == 0 && egress == 0
        ? null
        : new PodRequest.Bandwidth(
            ingress, ingress == 0 ? 0 : BURST, egress, egress == 0 ? 0 : BURST);
  }

  private static long rate(String annotation, Map<String, String> annotations) {
    String text = annotations.getOrDefault(annotation, "");
    if (text.isEmpty()) {
      return 0;
    }
    Matcher matcher = QUANTITY.matcher(text);
    if (matcher.matches()) {
      BigDecimal bits = new BigDecimal(matcher.group(1)).multiply(SCALES.get(matcher.group(2)));
      if (bits.compareTo(LEAST) >= 0 && bits.compareTo(MOST) <= 0) {
        return bits.longValue();
      }
    }
    throw new InvalidException(
        new Subject("annotation", annotation),
        "annotation " + annotation + " is \"" + text + "\"",
        "give bits per second from 1k to 1P, such as 10M");
  }
}
