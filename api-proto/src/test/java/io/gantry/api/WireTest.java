package io.gantry.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.stream.Collectors.toCollection;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.EnumDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.Descriptors.MethodDescriptor;
import com.google.protobuf.Descriptors.ServiceDescriptor;
import io.gantry.api.cri.v1.ImageServiceProto;
import io.gantry.api.cri.v1.RuntimeServiceProto;
import io.gantry.api.nri.v1alpha1.NriPluginProto;
import io.gantry.api.nri.v1alpha1.NriRuntimeProto;
import io.gantry.api.ttrpc.TtrpcProto;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Holds what goes over the wires of runtime.v1 and of NRI: comments and order may change, this may
 * not.
 */
class WireTest {
  private static final String AGREED =
      "b0c52063b8148d91515d78e096fc4154819c0698311278166c41fb6935489116";

  private static final String AGREED_NRI =
      "20242a59aca48feac4e67d4cf513cf4093d97e691b6b66f371a766fccd9da507";

  @Test
  void numbersNamesAndTypesAreThoseEveryClientKnows() throws NoSuchAlgorithmException {
    var facts = allFacts(RuntimeServiceProto.getDescriptor(), ImageServiceProto.getDescriptor());

    assertThat(facts.stream().filter(fact -> fact.startsWith("rpc "))).hasSize(43);
    assertThat(facts).hasSize(616);
    assertThat(sum(facts)).as("sum over the wire facts").isEqualTo(AGREED);
  }

  @Test
  void numbersNamesAndTypesAreThoseEveryPluginKnows() throws NoSuchAlgorithmException {
    var facts = allFacts(NriRuntimeProto.getDescriptor(), NriPluginProto.getDescriptor());

    assertThat(facts.stream().filter(fact -> fact.startsWith("rpc "))).hasSize(20);
    assertThat(facts).hasSize(364);
    assertThat(sum(facts)).as("sum over the wire facts").isEqualTo(AGREED_NRI);
  }

  @Test
  void callsOfPluginsAreWrappedAsTtrpcDoesIt() {
    assertThat(allFacts(TtrpcProto.getDescriptor()))
        .containsExactly(
            "field ttrpc.KeyValue.key 1 STRING",
            "field ttrpc.KeyValue.value 2 STRING",
            "field ttrpc.Request.metadata 5 repeated ttrpc.KeyValue",
            "field ttrpc.Request.method 2 STRING",
            "field ttrpc.Request.payload 3 BYTES",
            "field ttrpc.Request.service 1 STRING",
            "field ttrpc.Request.timeout_nano 4 INT64",
            "field ttrpc.Response.payload 2 BYTES",
            "field ttrpc.Response.status 1 ttrpc.Status",
            "field ttrpc.Status.code 1 INT32",
            "field ttrpc.Status.message 2 STRING");
  }

  private static TreeSet<String> allFacts(FileDescriptor... roots) {
    Set<FileDescriptor> files = new HashSet<>();
    for (FileDescriptor root : roots) {
      collect(root, files);
    }
    return files.stream().flatMap(WireTest::facts).collect(toCollection(TreeSet::new));
  }

  private static String sum(Set<String> facts) throws NoSuchAlgorithmException {
    var digest = MessageDigest.getInstance("SHA-256");
    return HexFormat.of().formatHex(digest.digest(String.join("\n", facts).getBytes(UTF_8)));
  }

  private static void collect(FileDescriptor file, Set<FileDescriptor> files) {
    if (files.add(file)) {
      file.getDependencies().forEach(each -> collect(each, files));
    }
  }

  private static Stream<String> facts(FileDescriptor file) {
    return Stream.of(
            file.getServices().stream().flatMap(WireTest::methods),
            file.getMessageTypes().stream().flatMap(WireTest::fields),
            file.getEnumTypes().stream().flatMap(WireTest::values))
        .flatMap(facts -> facts);
  }

  private static Stream<String> methods(ServiceDescriptor service) {
    return service.getMethods().stream().map(WireTest::method);
  }

  private static String method(MethodDescriptor method) {
    return "rpc %s %s%s %s%s"
        .formatted(
            method.getFullName(),
            method.isClientStreaming() ? "stream " : "",
            method.getInputType().getFullName(),
            method.isServerStreaming() ? "stream " : "",
            method.getOutputType().getFullName());
  }

  private static Stream<String> fields(Descriptor message) {
    if (message.getOptions().getMapEntry()) {
      return Stream.of();
    }
    var own = message.getFields().stream().map(WireTest::field);
    var nested = message.getNestedTypes().stream().flatMap(WireTest::fields);
    var enums = message.getEnumTypes().stream().flatMap(WireTest::values);
    return Stream.of(own, nested, enums).flatMap(facts -> facts);
  }

  private static String field(FieldDescriptor field) {
    return "field %s %d %s".formatted(field.getFullName(), field.getNumber(), type(field));
  }

  private static String type(FieldDescriptor field) {
    if (field.isMapField()) {
      var entry = field.getMessageType().getFields();
      return "map " + type(entry.get(0)) + " " + type(entry.get(1));
    }
    var type =
        switch (field.getJavaType()) {
          case MESSAGE -> field.getMessageType().getFullName();
          case ENUM -> field.getEnumType().getFullName();
          default -> field.getType().name();
        };
    return (field.isRepeated() ? "repeated " : "") + type;
  }

  private static Stream<String> values(EnumDescriptor type) {
    return type.getValues().stream()
        .map(value ->
            "value %s %s %d".formatted(type.getFullName(), value.getName(), value.getNumber()));
  }
}
