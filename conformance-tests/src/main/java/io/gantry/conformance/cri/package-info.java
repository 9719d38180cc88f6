/**
 * The client side of CRI, as an orchestrator would hold it. Nothing here knows which runtime is on
 * the other end of the socket.
 */
@NullMarked
package io.gantry.conformance.cri;

import org.jspecify.annotations.NullMarked;
