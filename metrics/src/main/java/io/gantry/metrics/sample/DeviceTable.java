package io.gantry.metrics.sample;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Puts the lines about block devices together, of which the files of both versions have many. */
final class DeviceTable {

  private static final int READ_BYTES = 0;
  private static final int WRITTEN_BYTES = 1;
  private static final int READS = 2;
  private static final int WRITES = 3;

  /** By {@code major:minor}. */
  private final Map<String, long[]> devices = new TreeMap<>();

  /** Lines {@code 8:0 Read 4096} of blkio.throttle.io_service_bytes. */
  void addBytes(String text) {
    addVersionOne(text, READ_BYTES, WRITTEN_BYTES);
  }

  /** Lines {@code 8:0 Read 1} of blkio.throttle.io_serviced. */
  void addOperations(String text) {
    addVersionOne(text, READS, WRITES);
  }

  private void addVersionOne(String text, int read, int write) {
    text.lines()
        .map(line -> line.split(" ", -1))
        .filter(words -> words.length == 3)
        .forEach(words -> {
          switch (words[1]) {
            case "Read" -> row(words[0])[read] += Long.parseLong(words[2]);
            case "Write" -> row(words[0])[write] += Long.parseLong(words[2]);
            default -> {}
          }
        });
  }

  /** Lines {@code 8:0 rbytes=4096 wbytes=0 rios=1 wios=0 dbytes=0 dios=0} of io.stat. */
  void addVersionTwo(String text) {
    text.lines()
        .map(line -> line.split(" ", -1))
        .filter(words -> words.length > 1)
        .forEach(words -> {
          for (int i = 1; i < words.length; i++) {
            int equals = words[i].indexOf('=');
            int column =
                switch (equals < 0 ? "" : words[i].substring(0, equals)) {
                  case "rbytes" -> READ_BYTES;
                  case "wbytes" -> WRITTEN_BYTES;
                  case "rios" -> READS;
                  case "wios" -> WRITES;
                  default -> -1;
                };
            if (column >= 0) {
              row(words[0])[column] += Long.parseLong(words[i].substring(equals + 1));
            }
          }
        });
  }

  private long[] row(String device) {
    return devices.computeIfAbsent(device, name -> new long[WRITES + 1]);
  }

  List<GroupDetails.DeviceIo> rows() {
    List<GroupDetails.DeviceIo> rows = new ArrayList<>();
    devices.forEach((device, values) -> {
      int colon = device.indexOf(':');
      rows.add(
          new GroupDetails.DeviceIo(
              Integer.parseInt(device.substring(0, colon)),
              Integer.parseInt(device.substring(colon + 1)),
              values[READ_BYTES],
              values[WRITTEN_BYTES],
              values[READS],
              values[WRITES]));
    });
    return rows;
  }
}
