/** A registry of one's own on loopback, for runtimes to pull from. */
@NullMarked
package io.gantry.conformance.registry;

import org.jspecify.annotations.NullMarked;
