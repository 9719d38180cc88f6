/**
 * The one table of the packet filter that belongs to pod networks. Its rules are few and never
 * change with pods; what is a pod's own are elements of sets and maps, each marked with its {@link
 * io.gantry.cni.filter.Owner} and {@link io.gantry.cni.filter.Part}. No other table is ever
 * touched.
 *
 * <pre>
 *   table inet NAME
 *     map masquerade4   pod address  : jump outside_BLOCK
 *     chain outside_BLOCK            what goes to BLOCK or a multicast group stays as it is,
 *                                    all else leaves as the node
 *     chain postrouting              asks the maps
 * </pre>
 *
 * <p>What a pod has there follows from its configuration and result alone, so that the table can be
 * written anew from records: {@link io.gantry.cni.filter.PacketTable#rebuild}.
 */
@NullMarked
package io.gantry.cni.filter;

import org.jspecify.annotations.NullMarked;
