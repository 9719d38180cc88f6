/** Tests that run the filters on a machine made of Java. */
@NullMarked
package io.gantry.linux.seccomp;

import org.jspecify.annotations.NullMarked;
