/**
 * The plugins as ordinary CNI programs (CNI 1.1, section 2), so that any runtime can use them: one
 * process per call, which reads variables and a configuration and answers in JSON.
 *
 * <p>Such processes know nothing of a daemon on the same node and have a table of the packet filter
 * of their own, which they change one after the other.
 */
@NullMarked
package io.gantry.cni.launcher;

import org.jspecify.annotations.NullMarked;
