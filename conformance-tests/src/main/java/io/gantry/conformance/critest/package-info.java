/**
 * What the official conformance suite says, held against what is expected: each spec has a line in
 * {@code critest/expected.tsv} that says that it passes, that something outside of Gantry keeps it
 * from running, or what it waits for. Nothing may get worse unnoticed, and nothing better either.
 */
@NullMarked
package io.gantry.conformance.critest;

import org.jspecify.annotations.NullMarked;
