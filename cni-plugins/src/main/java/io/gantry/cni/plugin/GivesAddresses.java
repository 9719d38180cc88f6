package io.gantry.cni.plugin;

/**
 * Marks a plugin that another may ask for addresses. One that makes interfaces would ask its own
 * {@code ipam} again, for ever.
 */
public interface GivesAddresses {}
