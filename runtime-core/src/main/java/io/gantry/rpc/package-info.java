/** The edge: CRI messages in, domain calls, CRI messages out. */
@NullMarked
package io.gantry.rpc;

import org.jspecify.annotations.NullMarked;
