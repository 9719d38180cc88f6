/**
 * Who reaches a container: the CNI plugin {@code firewall}.
 *
 * <p>What is not forbidden is left to the node's other rules: a packet that one table accepts is
 * still asked by all the others, so no element of ours can let pass what firewalld or Docker drop,
 * and their tables are not ours to change.
 */
@NullMarked
package io.gantry.cni.firewall;

import org.jspecify.annotations.NullMarked;
