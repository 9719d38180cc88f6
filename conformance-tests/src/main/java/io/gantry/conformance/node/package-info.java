/**
 * Runtimes of one's own: the built distribution of Gantry, and a peer to test and measure beside
 * it, each started in a directory of its own with its own socket, state, bridge and cgroups, so
 * that it disturbs nobody and can be killed at will. The only place of the conformance tests that
 * knows runtimes; everything else sees a CRI socket.
 */
@NullMarked
package io.gantry.conformance.node;

import org.jspecify.annotations.NullMarked;
