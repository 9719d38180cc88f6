package io.gantry.cni.plugin;

/**
 * Marks a plugin whose interfaces answer on a network outside the node: at DEL they are taken away
 * before their address is free, even where their namespace goes anyway. Something that keeps the
 * namespace alive, such as a process that does not end, would go on answering for an address that
 * another has.
 */
public interface ReachedFromOutside {}
