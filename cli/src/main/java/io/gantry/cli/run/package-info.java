/**
 * From nothing to a running container in one command: out of two files as crictl has it, or out of
 * an image name, as a person wants it.
 */
@NullMarked
package io.gantry.cli.run;

import org.jspecify.annotations.NullMarked;
