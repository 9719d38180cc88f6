/**
 * Measures CRI runtimes as their clients see them: how long calls take, what memory it takes to
 * hold pods, what a pod costs, how soon a daemon is back after a violent death, how fast an image
 * comes in. The client side is plain CRI, and runtimes take turns in the same minutes.
 *
 * <p>A {@link io.gantry.conformance.bench.Lineup} of runtimes goes through one {@link
 * io.gantry.conformance.bench.Measurement} after the other, which leave their figures in {@link
 * io.gantry.conformance.bench.Results}; a {@link io.gantry.conformance.bench.Report} is what is
 * shown of them. {@link io.gantry.conformance.bench.CritestTimes} are those of a foreign program.
 */
@NullMarked
package io.gantry.conformance.bench;

import org.jspecify.annotations.NullMarked;
