/** Records on disk and the operations that change them. */
@NullMarked
package io.gantry.state;

import org.jspecify.annotations.NullMarked;
