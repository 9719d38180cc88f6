/**
 * What happens to pods and containers, in the order in which it does: taken from the changes of
 * their records, kept for a moment, and handed to whoever listens.
 */
@NullMarked
package io.gantry.event;

import org.jspecify.annotations.NullMarked;
