/** The nodes of an overlay in a file that somebody writes. */
@NullMarked
package io.gantry.cni.overlay.file;

import org.jspecify.annotations.NullMarked;
