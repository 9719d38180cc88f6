/** Where containers write and how their logs are found. */
@NullMarked
package io.gantry.logs;

import org.jspecify.annotations.NullMarked;
