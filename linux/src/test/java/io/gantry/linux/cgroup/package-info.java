/** Tests of the control groups on a tree of plain files and on the machine's own. */
@NullMarked
package io.gantry.linux.cgroup;

import org.jspecify.annotations.NullMarked;
