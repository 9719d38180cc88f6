/** Hooks that an administrator gives to all containers of a kind, by files (oci-hooks(5)). */
@NullMarked
package io.gantry.hooks;

import org.jspecify.annotations.NullMarked;
