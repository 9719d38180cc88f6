/** How plugins are spoken to: ttrpc over logical connections that share one socket. */
@org.jspecify.annotations.NullMarked
package io.gantry.nri.wire;
