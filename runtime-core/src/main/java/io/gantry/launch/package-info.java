/**
 * From a container's record to a running process: image, writable layer, mounts, control group and
 * plan are brought together here and handed to a supervisor. The only package that knows them all;
 * {@link io.gantry.container} sees it as {@link io.gantry.container.ContainerLauncher}.
 */
@NullMarked
package io.gantry.launch;

import org.jspecify.annotations.NullMarked;
