/**
 * Container logs, read from the files the runtime writes.
 *
 * <p>A line of such a file is {@code TIME stdout|stderr P|F TEXT}: P is a part whose rest follows
 * in the next line of the same stream, F the end of a line. {@link io.gantry.cli.log.LogPrinter}
 * takes this apart again, {@link io.gantry.cli.log.LogFile} reads and survives rotation, and {@link
 * io.gantry.cli.log.LogWatch} sleeps until the kernel reports a change.
 */
@NullMarked
package io.gantry.cli.log;

import org.jspecify.annotations.NullMarked;
