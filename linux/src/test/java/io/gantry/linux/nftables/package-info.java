/** Tests of the packet filter's commands. */
@NullMarked
package io.gantry.linux.nftables;

import org.jspecify.annotations.NullMarked;
