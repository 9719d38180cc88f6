package io.gantry.container;

/**
 * What a command in a container left.
 *
 * @param stdout at most 16 MiB
 * @param stderr at most 16 MiB
 * @param exitCode 0 to 255; 128 plus the signal for a killed command
 * @param truncated output is missing: there was more, or it came too late
 */
@SuppressWarnings("ArrayRecordComponent")
public record ExecOutcome(byte[] stdout, byte[] stderr, int exitCode, boolean truncated) {}
