package io.gantry.oci;

import java.nio.file.Path;

/** The files of a pod that each of its containers finds under {@code /etc}. */
public record EtcFiles(Path hosts, Path hostname, Path resolvConf) {}
