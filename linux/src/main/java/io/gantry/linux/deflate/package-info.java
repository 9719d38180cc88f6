/**
 * DEFLATE (RFC 1951) at the machine's speed: libisal inflates more than twice as fast as the JDK's
 * zlib. Where it is missing, the JDK serves.
 */
@NullMarked
package io.gantry.linux.deflate;

import org.jspecify.annotations.NullMarked;
