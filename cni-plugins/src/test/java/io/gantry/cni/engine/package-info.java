@NullMarked
package io.gantry.cni.engine;

import org.jspecify.annotations.NullMarked;
