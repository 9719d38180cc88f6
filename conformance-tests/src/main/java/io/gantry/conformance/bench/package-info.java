/**
 * Measures a CRI runtime as its clients see it: how long calls take, what memory it takes to hold
 * pods, how soon it is back after a violent death. The client side is plain CRI, so that another
 * runtime can be measured by the same program in the same minute.
 */
@NullMarked
package io.gantry.conformance.bench;

import org.jspecify.annotations.NullMarked;
