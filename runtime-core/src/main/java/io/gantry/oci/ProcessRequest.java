package io.gantry.oci;

import io.gantry.container.ContainerSpec;
import io.gantry.image.manifest.ImageConfig;
import io.gantry.linux.Fd;

/**
 * What a process is decided from.
 *
 * @param podPrivileged whether the pod may hold privileged containers
 * @param hostname of the pod, for the environment
 * @param rootfs a mount of the container's root; borrowed
 */
public record ProcessRequest(
    ContainerSpec spec, ImageConfig image, boolean podPrivileged, String hostname, Fd rootfs) {}
