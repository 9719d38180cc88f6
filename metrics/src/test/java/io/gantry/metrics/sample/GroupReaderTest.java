package io.gantry.metrics.sample;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.linux.Linux;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a kernel's files mean. */
class GroupReaderTest {

  @TempDir private Path directory;

  private final KernelFile file = new KernelFile(Linux.syscalls());
  private final GroupReader one = new VersionOneReader(file);
  private final GroupReader two = new VersionTwoReader(file);

  private GroupUsage usageOne() throws IOException {
    return one.usage(Groups.versionOne(Groups.copyOf("one", directory))).orElseThrow();
  }

  private GroupUsage usageTwo() throws IOException {
    return two.usage(Groups.versionTwo(Groups.copyOf("two", directory))).orElseThrow();
  }

  @Test
  void versionOneIsReadFromItsHierarchies() throws IOException {
    GroupUsage usage = usageOne();

    assertThat(usage.cpuNanos()).hasValue(850_901_464);
    GroupUsage.Memory memory = Objects.requireNonNull(usage.memory());
    assertThat(memory)
        .isEqualTo(
            new GroupUsage.Memory(
                33_533_952,
                OptionalLong.of(134_217_728),
                4_997_120,
                28_004_352,
                15_722,
                0,
                new GroupUsage.Swap(0, OptionalLong.of(0))));
    assertThat(memory.workingSet()).isEqualTo(33_533_952 - 4_997_120);
    assertThat(memory.available()).hasValue(134_217_728 - 33_533_952 + 4_997_120);
    assertThat(usage.cpuPressure()).isNull();
    assertThat(usage.memoryPressure()).isNull();
    assertThat(usage.ioPressure()).isNull();
  }

  @Test
  void versionTwoIsReadFromOneDirectory() throws IOException {
    GroupUsage usage = usageTwo();

    assertThat(usage.cpuNanos()).hasValue(1_650_000_000);
    assertThat(usage.memory())
        .isEqualTo(
            new GroupUsage.Memory(
                35_332_096,
                OptionalLong.of(134_217_728),
                6_193_152,
                23_818_240,
                7193,
                52,
                new GroupUsage.Swap(0, OptionalLong.of(67_108_864))));
    Pressure.Line waited = new Pressure.Line(9.98, 2.35, 0.51, 1_580_000);
    assertThat(usage.cpuPressure()).isEqualTo(new Pressure(waited, waited));
    assertThat(usage.memoryPressure())
        .isEqualTo(new Pressure(Pressure.Line.NONE, Pressure.Line.NONE));
    assertThat(usage.ioPressure()).isNotNull();
  }

  @Test
  void whatHasNoLimitHasNothingAvailableEither() throws IOException {
    Path v1 = Groups.copyOf("one", directory.resolve("1"));
    Path v2 = Groups.copyOf("two", directory.resolve("2"));
    Files.writeString(v1.resolve("memory/memory.limit_in_bytes"), "9223372036854771712\n");
    Files.writeString(v1.resolve("memory/memory.memsw.limit_in_bytes"), "9223372036854771712\n");
    Files.writeString(v2.resolve("memory.max"), "max\n");
    Files.writeString(v2.resolve("memory.swap.max"), "max\n");

    for (GroupUsage usage :
        new GroupUsage[] {
          one.usage(Groups.versionOne(v1)).orElseThrow(),
          two.usage(Groups.versionTwo(v2)).orElseThrow()
        }) {
      GroupUsage.Memory memory = Objects.requireNonNull(usage.memory());
      assertThat(memory.limit()).isEmpty();
      assertThat(memory.available()).isEmpty();
      assertThat(Objects.requireNonNull(memory.swap()).available()).isEmpty();
    }
  }

  @Test
  void swapThatIsNotAccountedIsAbsent() throws IOException {
    Path v2 = Groups.copyOf("two", directory);
    Files.delete(v2.resolve("memory.swap.current"));

    GroupUsage usage = two.usage(Groups.versionTwo(v2)).orElseThrow();
    assertThat(Objects.requireNonNull(usage.memory()).swap()).isNull();
  }

  @Test
  void aGroupThatIsGoneHasNoUsage() throws IOException {
    GroupDirectories gone = Groups.versionOne(directory.resolve("no"));
    GroupDirectories gone2 = Groups.versionTwo(directory.resolve("no"));

    assertThat(one.usage(gone)).isEmpty();
    assertThat(one.details(gone)).isEmpty();
    assertThat(two.usage(gone2)).isEmpty();
    assertThat(two.details(gone2)).isEmpty();
  }

  @Test
  void theMemoryControllerMayBeMissing() throws IOException {
    Path v2 = Groups.copyOf("two", directory);
    Files.delete(v2.resolve("memory.current"));

    GroupUsage usage = two.usage(Groups.versionTwo(v2)).orElseThrow();
    assertThat(usage.memory()).isNull();
    assertThat(usage.cpuNanos()).hasValue(1_650_000_000);
  }

  @Test
  void detailsOfVersionOne() throws IOException {
    Path root = Groups.copyOf("one", directory);
    Files.createDirectories(root.resolve("blkio"));
    Files.writeString(
        root.resolve("blkio/blkio.throttle.io_service_bytes"),
        "254:0 Read 8192\n254:0 Write 4096\n254:0 Sync 0\n254:0 Total 12288\nTotal 12288\n");
    Files.writeString(
        root.resolve("blkio/blkio.throttle.io_serviced"), "254:0 Read 2\n254:0 Write 1\nTotal 3\n");

    GroupDetails details = one.details(Groups.versionOne(root)).orElseThrow();
    assertThat(details.cpu())
        .isEqualTo(new GroupDetails.Cpu(790_000_000, 50_000_000, 19, 17, 823_216_421));
    assertThat(details.memory())
        .isEqualTo(new GroupDetails.Memory(5_001_216, 0, 294_912, 38_535_168, 0, 0));
    assertThat(details.processes()).isEqualTo(1);
    assertThat(details.tasks()).isEqualTo(1);
    assertThat(details.mostTasks()).isEqualTo(100);
    assertThat(details.io()).containsExactly(new GroupDetails.DeviceIo(254, 0, 8192, 4096, 2, 1));
  }

  @Test
  void detailsOfVersionTwo() throws IOException {
    Path root = Groups.copyOf("two", directory);
    Files.writeString(
        root.resolve("io.stat"),
        """
        8:16 rbytes=1459200 wbytes=314773504 rios=192 wios=353 dbytes=0 dios=0
        8:0 rbytes=90430464 wbytes=299008000 rios=8950 wios=1252 dbytes=50331648 dios=3021
        7:0
        """);
    Files.writeString(root.resolve("memory.events"), "low 0\nhigh 0\nmax 12\noom 3\noom_kill 2\n");
    Files.writeString(root.resolve("pids.max"), "max\n");

    GroupDetails details = two.details(Groups.versionTwo(root)).orElseThrow();
    assertThat(details.cpu())
        .isEqualTo(new GroupDetails.Cpu(0, 1_650_000_000, 35, 32, 1_580_000_000));
    assertThat(details.memory())
        .isEqualTo(new GroupDetails.Memory(11_194_368, 3_698_688, 241_664, 40_333_312, 12, 2));
    assertThat(details.mostTasks()).isZero();
    assertThat(details.io())
        .containsExactlyInAnyOrder(
            new GroupDetails.DeviceIo(8, 16, 1_459_200, 314_773_504, 192, 353),
            new GroupDetails.DeviceIo(8, 0, 90_430_464, 299_008_000, 8950, 1252));
  }

  @Test
  void aKeyIsNotTakenForAnotherThatBeginsSo() throws IOException {
    Path stat = directory.resolve("stat");
    Files.writeString(stat, "file_mapped 7\nfile 5\nfiles 9\n");
    long[] values = {-1, -1};

    assertThat(file.read(stat)).isTrue();
    file.flat(new String[] {"file", "absent"}, values);
    assertThat(values).containsExactly(5, -1);
  }

  @Test
  void sizesOfHugePagesAreNamedAsTheKernelNamesThem() throws IOException {
    for (String size : new String[] {"2048", "1048576", "64"}) {
      Files.createDirectories(directory.resolve("hugepages-" + size + "kB"));
    }
    assertThat(HugePageSizes.of(directory)).containsExactlyInAnyOrder("2MB", "1GB", "64KB");
    assertThat(HugePageSizes.of(directory.resolve("none"))).isEmpty();
  }
}
