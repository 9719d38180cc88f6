/**
 * The daemon's configuration: one TOML file, read once, checked as a whole. Values are records with
 * a default each; what the file says is laid over them, what the command line says over that. A key
 * that nobody knows and a value that cannot be meant are refused with their place in the file.
 */
@NullMarked
package io.gantry.config;

import org.jspecify.annotations.NullMarked;
