/**
 * Links, addresses and routes of a network namespace over rtnetlink(7).
 *
 * <p>A {@link io.gantry.linux.netlink.NetworkNamespace} says where, a {@link
 * io.gantry.linux.netlink.NetworkStack} opened in it says what is there and changes it. A netlink
 * socket belongs to the namespace in which it was made and can be used from any thread afterwards,
 * so that a thread is in a foreign namespace only for the time of one socket(2). Requests are
 * answered by the kernel before send(2) returns; a receive therefore never waits for more than the
 * kernel's own routing lock.
 *
 * <p>{@link io.gantry.linux.netlink.Conntrack} is about connections that the packet filter tracks,
 * over a socket of its own.
 *
 * <p>Failures are {@link io.gantry.linux.SyscallException}s that name the request, its object, the
 * errno and what the kernel wrote beside it (extended acknowledgement).
 */
@NullMarked
package io.gantry.linux.netlink;

import org.jspecify.annotations.NullMarked;
