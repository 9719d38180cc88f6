package io.gantry.cni.engine;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class FieldLinesTest {

  private static final String LIST =
      """
      {
        "name": "a",
        "plugins": [
          {"type": "bridge",
           "mtu": 1400,
           "ipam": {
             "ranges": [[{"subnet": "10.0.0.0/8"}],
               [{"subnet": "fd00::/64"}]]
           }
          },
          "no object",
          {
            "type": "portmap"
          }
        ]
      }
      """;

  private final FieldLines lines = new FieldLines(LIST);

  @Test
  void everyFieldHasItsLine() {
    assertThat(lines.of("name")).isEqualTo(2);
    assertThat(lines.of("plugins")).isEqualTo(3);
    assertThat(lines.of("plugins[0]")).isEqualTo(4);
    assertThat(lines.of("plugins[0].type")).isEqualTo(4);
    assertThat(lines.of("plugins[0].mtu")).isEqualTo(5);
    assertThat(lines.of("plugins[0].ipam.ranges[1][0].subnet")).isEqualTo(8);
    assertThat(lines.of("plugins[1]")).isEqualTo(11);
    assertThat(lines.of("plugins[2].type")).isEqualTo(13);
  }

  @Test
  void aFieldThatIsMissingHasTheLineOfItsObject() {
    assertThat(lines.of("plugins[2].ipam.subnet")).isEqualTo(12);
    assertThat(lines.of("plugins[9]")).isEqualTo(3);
    assertThat(lines.of("cniVersion")).isZero();
    assertThat(lines.of("")).isZero();
  }

  @Test
  void whatStandsBeforeAMistakeIsKnown() {
    FieldLines half = new FieldLines("{\n\"name\": \"a\",\n\"plugins\" [\n");
    assertThat(half.of("name")).isEqualTo(2);
    assertThat(half.of("plugins[0]")).isZero();
  }
}
