/**
 * Packet filter rules through libnftables, in the process: a run of commands is one transaction
 * that the kernel applies whole or not at all (nft(8)).
 */
@NullMarked
package io.gantry.linux.nftables;

import org.jspecify.annotations.NullMarked;
