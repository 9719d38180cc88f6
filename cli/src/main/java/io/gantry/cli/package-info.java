@NullMarked
package io.gantry.cli;

import org.jspecify.annotations.NullMarked;
