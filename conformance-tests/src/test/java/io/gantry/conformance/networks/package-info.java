/** Networks of pods: configured, built in and foreign, and nothing left of any. */
@NullMarked
package io.gantry.conformance.networks;

import org.jspecify.annotations.NullMarked;
