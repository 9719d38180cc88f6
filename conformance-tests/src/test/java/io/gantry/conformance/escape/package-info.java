/** Ways out of a container that have worked somewhere, tried on a real daemon. */
@org.jspecify.annotations.NullMarked
package io.gantry.conformance.escape;
