/**
 * What control groups, directories and processes use, read from the kernel when somebody asks. The
 * way of a number: {@link io.gantry.metrics.sample.KernelFile} finds it in a file, a {@link
 * io.gantry.metrics.sample.GroupReader} knows which file it is in with either version of control
 * groups, and {@link io.gantry.metrics.sample.GroupSamples} keeps the last two readings of each
 * group, which makes a rate and spares those who ask at the same time. Nothing here knows pods or
 * containers.
 */
@NullMarked
package io.gantry.metrics.sample;

import org.jspecify.annotations.NullMarked;
