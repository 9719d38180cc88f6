/**
 * The command line: what a person, or a script written for crictl, drives a node with.
 *
 * <p>{@code Main} finds the verb, builds only that verb's command and runs it. A package holds the
 * verbs of one noun, a class holds one verb. What they share lies below them: {@code session} is
 * the way to the daemon, {@code output} what people and programs read, {@code config} the files
 * they write. Nothing of the daemon is on this program's class path but the interface it serves.
 */
@NullMarked
package io.gantry.cli;

import org.jspecify.annotations.NullMarked;
