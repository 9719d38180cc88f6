package io.gantry.shim;

import java.time.Instant;

/**
 * How a container's first process ended.
 *
 * @param code the exit code, or 128 plus the signal
 * @param signal the signal that ended it, or 0
 * @param pid what its pid was, as the shim saw it
 * @param left how many other processes of its control group were still there when the shim gave up
 *     killing them; negative when that could not be found out
 * @param oomKills how often memory had run out in its control group where the plan told the shim to
 *     look; negative when that could not be found out
 */
public record ExitStatus(
    int code, int signal, Instant startedAt, Instant finishedAt, int pid, int left, int oomKills) {}
