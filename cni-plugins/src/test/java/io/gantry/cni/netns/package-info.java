/** Network namespaces that tests make for themselves, and sockets in them. */
@NullMarked
package io.gantry.cni.netns;

import org.jspecify.annotations.NullMarked;
