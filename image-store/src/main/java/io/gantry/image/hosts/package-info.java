/**
 * Where registries are reached: the directory of {@code hosts.toml} files, in the format of
 * containerd (docs/hosts.md), read anew for each pull. Errors in a file are told with their place
 * and fail the pulls from that registry, never the daemon.
 */
@NullMarked
package io.gantry.image.hosts;

import org.jspecify.annotations.NullMarked;
