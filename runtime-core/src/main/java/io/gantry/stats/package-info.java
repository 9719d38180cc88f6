/**
 * What pods and containers use: the numbers of {@link io.gantry.metrics.sample} put together with
 * who they belong to. No container is asked, and no lock of one is taken: records come from memory,
 * numbers from the kernel's files.
 */
@NullMarked
package io.gantry.stats;

import org.jspecify.annotations.NullMarked;
