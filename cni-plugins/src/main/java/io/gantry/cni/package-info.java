@NullMarked
package io.gantry.cni;

import org.jspecify.annotations.NullMarked;
