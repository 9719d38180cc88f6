/**
 * Filters of system calls. A {@link io.gantry.linux.seccomp.SeccompProfile} says what is wanted in
 * the terms of the OCI runtime specification; {@link io.gantry.linux.seccomp.SeccompFilter} has
 * libseccomp turn it into the program that the kernel runs (seccomp(2)). Which calls containers may
 * make is not decided here.
 */
@NullMarked
package io.gantry.linux.seccomp;

import org.jspecify.annotations.NullMarked;
