package io.gantry.pod;

/**
 * The process that is PID 1 of a pod's shared process namespace.
 *
 * @param pid in the machine's namespace
 * @param startTicks its start time as {@code /proc/PID/stat} has it, which makes the pid
 *     unmistakable
 */
public record HolderRecord(int pid, long startTicks) {}
