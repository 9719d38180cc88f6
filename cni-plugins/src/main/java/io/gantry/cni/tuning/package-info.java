/**
 * Settings of a container's interface and of its network namespace: the CNI plugin {@code tuning}.
 *
 * <p>What the interface was like before is written to a file before anything is changed, so that
 * another process can undo it; settings below {@code /proc/sys} go with the namespace.
 */
@NullMarked
package io.gantry.cni.tuning;

import org.jspecify.annotations.NullMarked;
