/**
 * The kernel as Java sees it: system calls with Java types, descriptors that have one owner, errors
 * that name call, errno and subject. The only place in Gantry where native code is called.
 *
 * <p>{@link io.gantry.linux.Syscalls} is the sum of the call groups, one group for each section of
 * the manual. Code that needs only one group asks for only that group, which keeps fakes small.
 */
@NullMarked
package io.gantry.linux;

import org.jspecify.annotations.NullMarked;
