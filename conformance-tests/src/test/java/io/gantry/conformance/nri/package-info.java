/**
 * Plugins of the Node Resource Interface: what they are told, and what becomes of what they want.
 */
@org.jspecify.annotations.NullMarked
package io.gantry.conformance.nri;
