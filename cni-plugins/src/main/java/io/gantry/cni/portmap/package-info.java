/**
 * Ports of the node that lead to pods: the CNI plugin {@code portmap}.
 *
 * <p>A mapping is one element of a map in the node's own table of the packet filter; see {@link
 * io.gantry.cni.filter}. A port has one owner. When a mapping comes or goes, UDP flows to that port
 * are forgotten by the kernel, which would otherwise go on sending them to where their first packet
 * went.
 *
 * <p>The node itself reaches mapped ports also by 127.0.0.1: {@code route_localnet} lets such
 * packets leave by the interface to the pods, where they get the node's address. There is nothing
 * like it for ::1.
 */
@NullMarked
package io.gantry.cni.portmap;

import org.jspecify.annotations.NullMarked;
