/** Files that are there whole or not at all. */
@NullMarked
package io.gantry.cni.file;

import org.jspecify.annotations.NullMarked;
