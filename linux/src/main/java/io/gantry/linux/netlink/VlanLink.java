package io.gantry.linux.netlink;

/**
 * An interface to one VLAN of another interface.
 *
 * @param name at most 15 bytes
 * @param parent index of the interface that has the tagged frames
 * @param id of the VLAN, 1 to 4094
 */
public record VlanLink(String name, int parent, int id) {}
