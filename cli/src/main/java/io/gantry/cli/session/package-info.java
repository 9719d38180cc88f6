/**
 * The way to the daemon: where it is, how long to wait for it, and what to say when it does not
 * answer. Everything that a test wants to hold in its hand (streams, clock, connection) comes in
 * through {@link io.gantry.cli.session.Session}.
 */
@NullMarked
package io.gantry.cli.session;

import org.jspecify.annotations.NullMarked;
