/** Tests of the netlink conversation, and a network that exists only in memory. */
@NullMarked
package io.gantry.linux.netlink;

import org.jspecify.annotations.NullMarked;
