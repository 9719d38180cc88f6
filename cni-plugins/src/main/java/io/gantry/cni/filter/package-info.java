/**
 * The one table of the packet filter that belongs to pod networks. Its rules are few and never
 * change with pods; what is a pod's own are elements of sets and maps, each marked with its {@link
 * io.gantry.cni.filter.Owner} and {@link io.gantry.cni.filter.Part}. No other table is ever
 * touched.
 *
 * <pre>
 *   table inet NAME
 *     map ports4          protocol . port           : pod . port
 *     map addressports4   address . protocol . port : pod . port
 *     map disguise4       pod . protocol . port     : jump neighbours_BLOCK, or all_BLOCK
 *     map masquerade4     pod                       : jump outside_BLOCK
 *     map walled4         pod                       : jump wall_BRIDGE, or cell_BRIDGE
 *     map origins4        pod                       : drop
 *     chain prerouting, output   what is sent to the node's own addresses is looked up in the ports
 *     chain postrouting          who reaches a pod by a port of the node, and whom a pod reaches
 *                                outside its block, may see the node in place of the other
 *     chain forward              walled pods are not reached by walled pods
 *     chain loopback             nobody but the node itself reaches its loopback
 * </pre>
 *
 * <p>The same with 6 for version 6. A chain of a block or bridge is shared by its pods, made with
 * the first and removed with the last.
 *
 * <p>What a pod has there follows from its configuration and result alone, so that the table can be
 * written anew from records: {@link io.gantry.cni.filter.PacketTable#rebuild}.
 */
@NullMarked
package io.gantry.cni.filter;

import org.jspecify.annotations.NullMarked;
