/**
 * What the tests of a runtime stand on: one runtime for a class of tests, and an eye on the host.
 */
@NullMarked
package io.gantry.conformance.harness;

import org.jspecify.annotations.NullMarked;
