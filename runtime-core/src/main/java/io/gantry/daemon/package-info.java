/**
 * The process gantryd: command line, wiring, start, recovery, stop, log. It is the only package
 * that knows every other; nothing knows it.
 */
@NullMarked
package io.gantry.daemon;

import org.jspecify.annotations.NullMarked;
