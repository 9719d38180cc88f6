/**
 * The nodes of an overlay in etcd. Two kinds of keys, each with a lease of its own:
 *
 * <pre>
 *   PREFIX/nodes/NAME          {"address": …, "blocks": […]}   a minute: who is alive
 *   PREFIX/blocks/10.244.1.0-24   NAME                         a day: whose block it is
 *   PREFIX/blocks                 NAME                         changes with each new block
 * </pre>
 *
 * <p>A node that dies is gone from the others after the first lease, and has its block back when it
 * returns within the second. A new block is taken in one transaction that fails when anybody else
 * took one meanwhile, so that no two nodes can have blocks that overlap.
 *
 * <p>When etcd does not answer, what was known last holds; after each break all is read anew, as a
 * watch may have missed something. What comes from the library is used only by {@link
 * io.gantry.cni.overlay.etcd.JetcdStore}, so that a node without etcd never loads it.
 */
@NullMarked
package io.gantry.cni.overlay.etcd;

import org.jspecify.annotations.NullMarked;
