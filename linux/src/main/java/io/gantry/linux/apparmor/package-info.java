/** AppArmor: which profiles the kernel has, and loading one. */
@NullMarked
package io.gantry.linux.apparmor;

import org.jspecify.annotations.NullMarked;
