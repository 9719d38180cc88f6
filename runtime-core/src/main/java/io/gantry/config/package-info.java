/** The daemon's configuration: one file, validated as a whole. */
@NullMarked
package io.gantry.config;

import org.jspecify.annotations.NullMarked;
