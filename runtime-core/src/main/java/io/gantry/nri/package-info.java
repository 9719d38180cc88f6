/**
 * The Node Resource Interface: programs beside the daemon that are told of pods and containers, and
 * that change what containers are given. A plugin connects, registers, is configured and told what
 * there is; from then on it is asked before things happen. One lock orders all of that, and is
 * never held longer than plugins may take.
 */
@org.jspecify.annotations.NullMarked
package io.gantry.nri;
