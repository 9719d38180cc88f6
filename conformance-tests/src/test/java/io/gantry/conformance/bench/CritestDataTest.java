package io.gantry.conformance.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CritestDataTest {

  /** As critest 1.36.0 writes it, shortened. */
  private static final String PODS =
      """
      {
       "operationsNames": [
        "CreatePod",
        "StopPod"
       ],
       "numParallel": 1,
       "datapoints": [
        {
         "sampleIndex": 0,
         "startTime": 1795420800000000000,
         "endTime": 1795420800030000000,
         "operationsDurationsNs": [
          21000000,
          9000000
         ],
         "metaInfo": {
          "podId": "0123456789abcdef"
         }
        },
        {
         "sampleIndex": 1,
         "startTime": 1795420801000000000,
         "endTime": 1795420801020000000,
         "operationsDurationsNs": [
          15000000,
          5000000
         ],
         "metaInfo": null
        }
       ]
      }
      """;

  @TempDir private Path directory;

  private Path file(String text) throws IOException {
    return Files.writeString(directory.resolve("pod_benchmark_data.json"), text);
  }

  @Test
  void theDurationsOfEachOperationComeFromAllCycles() throws Exception {
    assertThat(CritestData.read(file(PODS)).durations())
        .containsExactly(
            Map.entry("CreatePod", List.of(21_000_000L, 15_000_000L)),
            Map.entry("StopPod", List.of(9_000_000L, 5_000_000L)));
  }

  @Test
  void durationsThatDoNotFitTheOperationsAreRefused() throws Exception {
    Path file = file(PODS.replace("15000000,", ""));
    assertThatThrownBy(() -> CritestData.read(file))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(file + ": a cycle has 1 durations for the 2 operations");
  }

  @Test
  void aRunThatMeasuredNothingIsRefused() throws Exception {
    Path file = file("{\"operationsNames\": [\"CreatePod\"], \"datapoints\": []}");
    assertThatThrownBy(() -> CritestData.read(file)).hasMessage(file + " holds no measured cycle");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{",
        "[]",
        "{\"operationsNames\": [\"CreatePod\"]}",
        "{\"operationsNames\": null, \"datapoints\": []}",
        "{\"operationsNames\": [\"CreatePod\"], \"datapoints\": [{\"endTime\": 1}]}",
        "{\"operationsNames\": [\"a\"], \"datapoints\": [{\"operationsDurationsNs\": [\"long\"]}]}",
        "{\"operationsNames\": [\"a\"], \"datapoints\": [{\"operationsDurationsNs\": [null]}]}"
      })
  void whatIsNoneOfCritestsIsRefusedByName(String text) throws Exception {
    Path file = file(text);
    assertThatThrownBy(() -> CritestData.read(file))
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith(file + " is none of critest's: ");
  }

  @Test
  void aFileThatIsNotThereIsNamed() {
    Path file = directory.resolve("container_benchmark_data.json");
    assertThatThrownBy(() -> CritestData.read(file))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(file.toString());
  }

  @Test
  void callsThatOnlyAskHaveNoBarInTheChart() {
    assertThat(CritestTimes.topic("CreatePod").headline()).isTrue();
    assertThat(CritestTimes.topic("CreatePod").name()).isEqualTo("critest: CreatePod");
    assertThat(CritestTimes.topic("StatusPod").headline()).isFalse();
    assertThat(CritestTimes.topic("ListImages").headline()).isFalse();
  }
}
