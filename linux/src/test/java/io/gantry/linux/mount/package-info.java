/** Tests of detached mounts on the machine's kernel. */
@NullMarked
package io.gantry.linux.mount;

import org.jspecify.annotations.NullMarked;
