/** Keys and certificates as text. Depends on nothing. */
@NullMarked
package io.gantry.image.pem;

import org.jspecify.annotations.NullMarked;
