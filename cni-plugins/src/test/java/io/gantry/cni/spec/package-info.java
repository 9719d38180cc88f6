@NullMarked
package io.gantry.cni.spec;

import org.jspecify.annotations.NullMarked;
