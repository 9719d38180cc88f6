package io.gantry.conformance.suite;

import static io.gantry.conformance.harness.Refusals.refusal;
import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.api.cri.v1.CheckpointContainerRequest;
import io.gantry.api.cri.v1.RuntimeServiceGrpc.RuntimeServiceBlockingStub;
import io.gantry.conformance.harness.AboutGantry;
import io.gantry.conformance.harness.RuntimeUnderTest;
import io.grpc.Status.Code;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What is not there yet says so, rather than pretending. */
@AboutGantry
class LaterCallsIT {

  @RegisterExtension static final RuntimeUnderTest runtime = new RuntimeUnderTest();

  private static final Map<String, Function<RuntimeServiceBlockingStub, Object>> LATER =
      Map.ofEntries(
          Map.entry(
              "CheckpointContainer",
              stub -> stub.checkpointContainer(CheckpointContainerRequest.getDefaultInstance())));

  @TestFactory
  Stream<DynamicTest> isUnimplemented() {
    return LATER.entrySet().stream()
        .map(call ->
            DynamicTest.dynamicTest(
                call.getKey(),
                () ->
                    assertThat(
                            refusal(
                                Code.UNIMPLEMENTED,
                                () -> {
                                  var _ = call.getValue().apply(runtime.client().runtime());
                                }))
                        .isNotEmpty()));
  }
}
