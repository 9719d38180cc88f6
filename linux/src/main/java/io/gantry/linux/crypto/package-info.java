/**
 * SHA-2 at the machine's speed. The JVM has instructions for it only in code of its second
 * compiler, which the daemon does not run because of its memory: there the JDK hashes 140 MB/s,
 * libcrypto 1,800. Where libcrypto is missing, the JDK serves.
 */
@NullMarked
package io.gantry.linux.crypto;

import org.jspecify.annotations.NullMarked;
