package io.gantry.cni.engine;

import io.gantry.cni.filter.PacketTable;
import io.gantry.cni.plugin.Plugins;
import io.gantry.linux.netlink.NetworkNamespaces;
import io.gantry.linux.netlink.NetworkStack;
import io.gantry.linux.nftables.Nftables;

/**
 * What the engine works with.
 *
 * @param stack of the node's namespace
 * @param closing what else is open
 */
record EngineParts(
    NetworkNamespaces namespaces,
    NetworkStack stack,
    Nftables nftables,
    PacketTable table,
    Plugins plugins,
    Runnable closing) {}
