/**
 * The CNI engine: reads configurations, runs chains of plugins, knows which of them are in this
 * process.
 */
@NullMarked
package io.gantry.cni.engine;

import org.jspecify.annotations.NullMarked;
