/**
 * A Gantry of one's own: the built distribution, started in a directory of its own, with its own
 * socket, state, bridge and cgroup root, so that it disturbs nobody and can be killed at will. The
 * only place of the conformance tests that knows Gantry; everything else sees a CRI socket.
 */
@NullMarked
package io.gantry.conformance.node;

import org.jspecify.annotations.NullMarked;
