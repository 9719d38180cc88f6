/**
 * What can go wrong, as one sealed family. Each failure names its object and the next step a person
 * can take.
 */
@NullMarked
package io.gantry.error;

import org.jspecify.annotations.NullMarked;
