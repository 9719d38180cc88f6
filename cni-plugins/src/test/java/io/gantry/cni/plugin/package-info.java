/** What tests of plugins share. */
@NullMarked
package io.gantry.cni.plugin;

import org.jspecify.annotations.NullMarked;
