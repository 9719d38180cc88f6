package io.gantry.cni.plugin;

/**
 * Marks a plugin that does nothing for a container which asks for none of its capabilities, as long
 * as the configuration says nothing else either.
 */
public interface ByCapability {}
