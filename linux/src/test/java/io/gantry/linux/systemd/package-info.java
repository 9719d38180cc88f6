@NullMarked
package io.gantry.linux.systemd;

import org.jspecify.annotations.NullMarked;
