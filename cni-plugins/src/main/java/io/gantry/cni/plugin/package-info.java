/**
 * The seam between the engine and the plugins: a {@link io.gantry.cni.plugin.Plugin} is one CNI
 * type, in this process or another program, and a {@link io.gantry.cni.plugin.PluginCall} is one
 * request to it.
 */
@NullMarked
package io.gantry.cni.plugin;

import org.jspecify.annotations.NullMarked;
