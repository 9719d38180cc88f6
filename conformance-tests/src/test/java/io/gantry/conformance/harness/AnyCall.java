package io.gantry.conformance.harness;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import io.gantry.api.cri.v1.ImageServiceGrpc;
import io.gantry.api.cri.v1.RuntimeServiceGrpc;
import io.gantry.conformance.cri.CriClient;
import io.grpc.CallOptions;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import java.io.ByteArrayInputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Any of the calls of CRI, with a request that is made up by the names of its fields. */
public record AnyCall(MethodDescriptor<Message, Message> method) {

  private static final long LONGEST_SECONDS = 20;

  /** All of CRI but for the stream of events, which has no end. */
  @SuppressWarnings("unchecked") // generated CRI messages are Messages
  public static List<AnyCall> all() {
    List<MethodDescriptor<?, ?>> methods = new ArrayList<>();
    methods.addAll(RuntimeServiceGrpc.getServiceDescriptor().getMethods());
    methods.addAll(ImageServiceGrpc.getServiceDescriptor().getMethods());
    return methods.stream()
        .map(method -> new AnyCall((MethodDescriptor<Message, Message>) method))
        .filter(call -> !call.name().equals("GetContainerEvents"))
        .toList();
  }

  public String name() {
    return String.valueOf(method.getBareMethodName());
  }

  /** A request without any field. */
  public Message nothing() {
    return method.parseRequest(new ByteArrayInputStream(new byte[0]));
  }

  /** The field that names a pod or a container, if the request has one. */
  public Optional<FieldDescriptor> id() {
    return nothing().getDescriptorForType().getFields().stream()
        .filter(field ->
            field.getName().equals("container_id") || field.getName().equals("pod_sandbox_id"))
        .findFirst();
  }

  /** How the runtime answers, after all parts of a streamed answer. */
  public Status answer(CriClient client, Message request) {
    CallOptions options = CallOptions.DEFAULT.withDeadlineAfter(LONGEST_SECONDS, TimeUnit.SECONDS);
    try {
      ClientCalls.blockingServerStreamingCall(client.channel(), method, options, request)
          .forEachRemaining(part -> {});
      return Status.OK;
    } catch (StatusRuntimeException e) {
      return e.getStatus();
    }
  }
}
