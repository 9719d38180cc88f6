/** Exec, attach and port-forward through a real daemon, by its own client and by foreign ones. */
@NullMarked
package io.gantry.conformance.streams;

import org.jspecify.annotations.NullMarked;
