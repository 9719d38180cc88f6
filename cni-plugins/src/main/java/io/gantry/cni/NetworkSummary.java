package io.gantry.cni;

import java.util.List;

/**
 * A network for people to look at.
 *
 * @param source the file it is configured in, or what else made it
 * @param plugins their types in order
 * @param ranges of addresses, where a plugin of this process gives them out
 * @param pods ids of those attached
 * @param problem why it cannot be used, or empty
 * @param chosen whether new pods get it
 */
public record NetworkSummary(
    String name,
    String version,
    String source,
    List<String> plugins,
    List<String> ranges,
    List<String> pods,
    String problem,
    boolean chosen) {}
