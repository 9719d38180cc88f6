package io.gantry.nri;

import static io.gantry.nri.Wanted.adjustment;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import com.google.protobuf.UnknownFieldSet;
import io.gantry.api.nri.v1alpha1.ContainerAdjustment;
import io.gantry.api.nri.v1alpha1.ContainerUpdate;
import io.gantry.api.nri.v1alpha1.Hooks;
import io.gantry.api.nri.v1alpha1.LinuxCPU;
import io.gantry.api.nri.v1alpha1.LinuxContainerAdjustment;
import io.gantry.api.nri.v1alpha1.LinuxMemory;
import io.gantry.api.nri.v1alpha1.LinuxResources;
import io.gantry.container.ContainerFixtures;
import io.gantry.container.ContainerSpec;
import io.gantry.error.UnsupportedException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** There is no field of an adjustment that is neither applied nor refused. */
class UnservedTest {

  /** Messages that only hold others. */
  private static final Set<Descriptor> HOLDERS =
      Set.of(
          Hooks.getDescriptor(),
          LinuxContainerAdjustment.getDescriptor(),
          LinuxResources.getDescriptor(),
          LinuxMemory.getDescriptor(),
          LinuxCPU.getDescriptor());

  private static final Map<String, String> SERVED =
      Map.ofEntries(
          Map.entry("annotations", "annotations { key: 'a' value: '1' }"),
          Map.entry("mounts", "mounts { destination: '/x' source: '/y' }"),
          Map.entry("env", "env { key: 'A' value: '2' }"),
          Map.entry("rlimits", "rlimits { type: 'RLIMIT_CORE' }"),
          Map.entry("CDI_devices", "CDI_devices { name: 'v.com/c=0' }"),
          Map.entry("args", "args: 'sh'"),
          Map.entry("hooks.prestart", "hooks { prestart { path: '/h' } }"),
          Map.entry("hooks.create_runtime", "hooks { create_runtime { path: '/h' } }"),
          Map.entry("hooks.create_container", "hooks { create_container { path: '/h' } }"),
          Map.entry("hooks.start_container", "hooks { start_container { path: '/h' } }"),
          Map.entry("linux.devices", "linux { devices { path: '/dev/x' type: 'c' } }"),
          Map.entry("linux.oom_score_adj", "linux { oom_score_adj { value: 7 } }"),
          Map.entry("linux.resources.memory.limit", memory("limit { value: 7 }")),
          Map.entry("linux.resources.memory.swap", memory("swap { value: 7 }")),
          Map.entry("linux.resources.cpu.shares", cpu("shares { value: 7 }")),
          Map.entry("linux.resources.cpu.quota", cpu("quota { value: 7 }")),
          Map.entry("linux.resources.cpu.period", cpu("period { value: 7 }")),
          Map.entry("linux.resources.cpu.cpus", cpu("cpus: '0'")),
          Map.entry("linux.resources.cpu.mems", cpu("mems: '0'")),
          Map.entry(
              "linux.resources.hugepage_limits",
              resources("hugepage_limits { page_size: '2MB' limit: 7 }")),
          Map.entry("linux.resources.unified", resources("unified { key: 'cpu.idle' value: '1' }")),
          Map.entry("linux.resources.pids", resources("pids { limit: 7 }")));

  private static String memory(String text) {
    return resources("memory { " + text + " }");
  }

  private static String cpu(String text) {
    return resources("cpu { " + text + " }");
  }

  private static String resources(String text) {
    return "linux { resources { " + text + " } }";
  }

  /** A field within a message, from the outermost on. */
  record Place(List<FieldDescriptor> path) {

    String name() {
      return String.join(".", path.stream().map(FieldDescriptor::getName).toList());
    }

    Message set() {
      return set(ContainerAdjustment.newBuilder(), path);
    }

    private static Message set(Message.Builder message, List<FieldDescriptor> path) {
      FieldDescriptor field = path.getFirst();
      if (path.size() > 1) {
        Message inner = set(message.newBuilderForField(field), path.subList(1, path.size()));
        return message.setField(field, inner).build();
      }
      Object value =
          field.getJavaType() == FieldDescriptor.JavaType.MESSAGE
              ? message.newBuilderForField(field).build()
              : "x";
      return (field.isRepeated()
              ? message.addRepeatedField(field, value)
              : message.setField(field, value))
          .build();
    }

    @Override
    public String toString() {
      return name();
    }
  }

  static Stream<Place> places() {
    return places(ContainerAdjustment.getDescriptor(), List.of());
  }

  private static Stream<Place> places(Descriptor message, List<FieldDescriptor> before) {
    return message.getFields().stream()
        .flatMap(field -> {
          List<FieldDescriptor> path = new ArrayList<>(before);
          path.add(field);
          boolean holder =
              field.getJavaType() == FieldDescriptor.JavaType.MESSAGE
                  && HOLDERS.contains(field.getMessageType());
          return holder ? places(field.getMessageType(), path) : Stream.of(new Place(path));
        });
  }

  @ParameterizedTest
  @MethodSource("places")
  void eachFieldIsAppliedOrRefusedByItsName(Place place) {
    String served = SERVED.get(place.name());
    if (served == null) {
      assertThatThrownBy(
              () -> new Merging("c1").adjust("10-one", (ContainerAdjustment) place.set()))
          .isInstanceOf(UnsupportedException.class)
          .hasMessage("NRI plugin 10-one asks for %s, which Gantry does not change", place.name());
    } else {
      Merging merging = new Merging("c1");
      merging.adjust("10-one", adjustment(served));
      ContainerSpec before = ContainerFixtures.spec("app");
      ContainerSpec after = new Adjusting("10-one").applied(merging.adjustment(), before);
      Asking.Creation creation = new Asking.Creation(after, merging);
      assertThat(after.equals(before) && creation.devices().isEmpty())
          .as("nothing came of it")
          .isFalse();
    }
  }

  @Test
  void whatIsServedIsThere() {
    assertThat(places().map(Place::name)).containsAll(SERVED.keySet()).hasSize(44);
  }

  @Test
  void aFieldThatIsNewerThanThisProtocolIsRefused() {
    UnknownFieldSet newer =
        UnknownFieldSet.newBuilder()
            .addField(
                77,
                UnknownFieldSet.Field.newBuilder()
                    .addLengthDelimited(ByteString.copyFromUtf8("x"))
                    .build())
            .build();
    LinuxResources resources = LinuxResources.newBuilder().setUnknownFields(newer).build();
    ContainerAdjustment.Builder wanted = ContainerAdjustment.newBuilder();
    wanted.getLinuxBuilder().setResources(resources);
    ContainerUpdate.Builder update = ContainerUpdate.newBuilder().setContainerId("c2");
    update.getLinuxBuilder().setResources(resources);

    String message =
        "NRI plugin 10-one asks for field 77 of LinuxResources, which is newer than Gantry,"
            + " which Gantry does not change";
    assertThatThrownBy(() -> new Merging("c1").adjust("10-one", wanted.build()))
        .isInstanceOf(UnsupportedException.class)
        .hasMessage(message);
    assertThatThrownBy(() -> new Merging("c1").update("10-one", List.of(update.build())))
        .hasMessage(message);
  }
}
