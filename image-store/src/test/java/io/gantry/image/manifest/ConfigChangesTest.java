package io.gantry.image.manifest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.image.TestImage;
import io.gantry.image.error.ImageException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConfigChangesTest {

  private static final String BASE =
      "{\"architecture\":\"amd64\",\"os\":\"linux\",\"custom\":{\"kept\":1},\"config\":{"
          + "\"Env\":[\"PATH=/bin\",\"A=old\"],\"Cmd\":[\"sh\"],\"WorkingDir\":\"/srv\","
          + "\"Healthcheck\":{\"Test\":[\"NONE\"]}},\"rootfs\":{\"type\":\"layers\",\"diff_ids\":[]}}";

  private static byte[] changed(String... instructions) throws ImageException {
    ConfigDocument config = ConfigDocument.read("config", TestImage.text(BASE));
    ConfigChanges.apply(config, List.of(instructions));
    return config.bytes();
  }

  private static ImageConfig config(String... instructions) throws ImageException {
    return ManifestReader.config("config", changed(instructions));
  }

  @Test
  void each_instruction_changes_its_field() throws Exception {
    ImageConfig config =
        config(
            "ENTRYPOINT [\"/bin/tool\", \"--fast\"]",
            "cmd serve all",
            "ENV A=new B=\"two words\" C=it\\ is",
            "EXPOSE 80 53/udp",
            "LABEL made.by=\"a person\" x=1",
            "STOPSIGNAL SIGINT",
            "USER 1000:1000",
            "VOLUME /data /cache",
            "WORKDIR sub/../deep");

    assertThat(config.entrypoint()).containsExactly("/bin/tool", "--fast");
    assertThat(config.cmd()).containsExactly("/bin/sh", "-c", "serve all");
    assertThat(config.env()).containsExactly("PATH=/bin", "A=new", "B=two words", "C=it is");
    assertThat(config.exposedPorts()).containsExactly("80/tcp", "53/udp");
    assertThat(config.labels()).containsEntry("made.by", "a person").containsEntry("x", "1");
    assertThat(config.stopSignal()).isEqualTo("SIGINT");
    assertThat(config.user()).isEqualTo("1000:1000");
    assertThat(config.volumes()).containsExactly("/data", "/cache");
    assertThat(config.workingDir()).isEqualTo("/srv/deep");
  }

  @Test
  void a_new_entrypoint_takes_the_old_words_along() throws Exception {
    assertThat(config("ENTRYPOINT tool").cmd()).isEmpty();
    assertThat(config("ENV X=1").cmd()).containsExactly("sh");
  }

  @Test
  void an_environment_may_be_written_the_old_way() throws Exception {
    assertThat(config("ENV GREETING hello big world").env())
        .contains("GREETING=hello big world", "A=old");
  }

  @Test
  void what_gantry_does_not_know_stays() throws Exception {
    assertThat(new String(changed("USER x"), StandardCharsets.UTF_8))
        .contains("\"custom\":{\"kept\":1}", "\"Healthcheck\"");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "RUN make | RUN changes no config",
        "CMD | says nothing",
        "CMD [sh | is none",
        "CMD [1] | no string",
        "EXPOSE http | http is no port",
        "ENV nonsense | no NAME=VALUE",
        "LABEL =x | no NAME=VALUE"
      })
  void what_makes_no_sense_is_told_with_the_instruction(String instruction, String why) {
    assertThatThrownBy(() -> changed(instruction))
        .isInstanceOf(ImageException.Invalid.class)
        .hasMessageContaining("change \"" + instruction + "\"")
        .hasMessageContaining(why);
  }
}
