/**
 * What is printed: tables and relative times for people, JSON and YAML for programs. The classes of
 * the latter are loaded only when they are asked for, because they cost a short command a third of
 * its time.
 */
@NullMarked
package io.gantry.cli.output;

import org.jspecify.annotations.NullMarked;
