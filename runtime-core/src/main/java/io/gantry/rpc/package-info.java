/**
 * The edge: CRI messages in, domain calls, CRI messages out.
 *
 * <pre>
 *   RpcServer ─► FailureReports ─► RuntimeRpc ─► PodCalls, ContainerCalls, RuntimeCalls ─► services
 *                     │            ImageRpc, ImportRpc ─────────────────────────────────► ImageStore
 *                     └─ Failures: the one place where failures become a gRPC status
 * </pre>
 *
 * <p>The {@code *Messages} classes are pure: they check what came in, naming the {@link Field} that
 * is wrong, and translate to and from the records of the domain. Nothing behind this package knows
 * gRPC or a CRI message.
 */
@NullMarked
package io.gantry.rpc;

import org.jspecify.annotations.NullMarked;
