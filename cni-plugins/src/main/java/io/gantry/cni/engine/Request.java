package io.gantry.cni.engine;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gantry.cni.plugin.PluginCall;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a chain is run for.
 *
 * @param netns null when it is gone
 * @param args of {@code CNI_ARGS}
 * @param capabilities what the runtime offers, by capability; each plugin gets what it asks for
 */
record Request(
    String containerId,
    PluginCall.@Nullable Netns netns,
    String ifName,
    Map<String, String> args,
    ObjectNode capabilities) {}
