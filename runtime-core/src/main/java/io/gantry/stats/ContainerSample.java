package io.gantry.stats;

import io.gantry.container.Container;
import io.gantry.metrics.sample.GroupSamples;
import io.gantry.metrics.sample.TreeSizes;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What a container uses.
 *
 * @param usage empty when it does not run
 * @param layer its own files; empty until they have been added up
 * @param fileSystem where these lie
 */
public record ContainerSample(
    Container container,
    Optional<GroupSamples.Sample> usage,
    Optional<TreeSizes.Usage> layer,
    Path fileSystem) {}
