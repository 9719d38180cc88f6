/** Tests of walls between containers. */
@NullMarked
package io.gantry.cni.firewall;

import org.jspecify.annotations.NullMarked;
