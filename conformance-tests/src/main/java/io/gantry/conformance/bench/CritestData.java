package io.gantry.conformance.bench;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A file that {@code critest -benchmark} leaves: what each operation of each cycle took. The fields
 * are those of {@code LifecycleBenchmarksResultsSet} in <a
 * href="https://github.com/kubernetes-sigs/cri-tools/blob/v1.36.0/pkg/benchmark/util.go">cri-tools
 * 1.36.0</a>; others are passed over.
 *
 * @param operationsNames in the order of a cycle
 */
@JsonIgnoreProperties(ignoreUnknown = true)
record CritestData(List<String> operationsNames, List<Datapoint> datapoints) {

  private static final ObjectReader JSON =
      JsonMapper.builder()
          .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
          .build()
          .readerFor(CritestData.class);

  CritestData {
    operationsNames = List.copyOf(operationsNames);
    datapoints = List.copyOf(datapoints);
  }

  /**
   * One run of all operations.
   *
   * @param operationsDurationsNs nanoseconds, in the order of the names
   */
  @JsonIgnoreProperties(ignoreUnknown = true)
  record Datapoint(List<Long> operationsDurationsNs) {

    Datapoint {
      operationsDurationsNs = List.copyOf(operationsDurationsNs);
    }
  }

  /**
   * Reads what a run left.
   *
   * @throws IOException naming the file, when it is not there, is none of critest's, holds no
   *     cycle, or a cycle in it has more or fewer durations than operations
   */
  static CritestData read(Path file) throws IOException {
    CritestData data;
    try {
      data = JSON.readValue(Files.readAllBytes(file));
    } catch (JsonProcessingException failure) {
      throw new IOException(file + " is none of critest's: " + failure.getOriginalMessage());
    }
    if (data.datapoints.isEmpty()) {
      throw new IOException(file + " holds no measured cycle");
    }
    int operations = data.operationsNames.size();
    for (Datapoint cycle : data.datapoints) {
      if (cycle.operationsDurationsNs.size() != operations) {
        throw new IOException(
            "%s: a cycle has %d durations for the %d operations %s"
                .formatted(
                    file, cycle.operationsDurationsNs.size(), operations, data.operationsNames));
      }
    }
    return data;
  }

  /** All durations of each operation in nanoseconds, in the order of a cycle. */
  Map<String, List<Long>> durations() {
    Map<String, List<Long>> durations = new LinkedHashMap<>();
    for (int i = 0; i < operationsNames.size(); i++) {
      int operation = i;
      durations.put(
          operationsNames.get(i),
          datapoints.stream().map(cycle -> cycle.operationsDurationsNs.get(operation)).toList());
    }
    return durations;
  }
}
