/** Tests of the table of the packet filter. */
@NullMarked
package io.gantry.cni.filter;

import org.jspecify.annotations.NullMarked;
