package io.gantry.image.registry;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RegistryErrorsTest {

  private static RegistryErrors parse(String body) {
    return RegistryErrors.parse(body.getBytes(StandardCharsets.UTF_8));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {"errors":[{"code":"DENIED","message":"no"}]}                   | : DENIED: no
          {"errors":[{"code":"DENIED"}]}                                  | : DENIED
          {"errors":[{"code":"A","message":"b","detail":"c"}]}            | : A: b: c
          {"errors":[{"code":"A","message":"b c","detail":"c"}]}          | : A: b c
          {"errors":[{"code":"A","message":"b","detail":{"Tag":"1"}}]}    | : A: b
          {"errors":[{"code":"A"},{"code":"B","message":"x"}]}            | : A; B: x
          {"errors":[{}]}                                                 | : an error without words
          {"errors":[]}                                                   | : {"errors":[]}
          <html>Bad Gateway</html>                                        | : <html>Bad Gateway</html>
          {"errors":                                                      | : {"errors":
          """)
  void what_the_registry_says_is_one_line(String body, String line) {
    assertThat(parse(body).text()).isEqualTo(line);
  }

  @Test
  void nothing_is_said_of_an_empty_body() {
    assertThat(parse("").text()).isEmpty();
    assertThat(parse(" \n").text()).isEmpty();
  }

  @Test
  void long_texts_and_control_characters_do_not_reach_the_log() {
    String text =
        parse(
                "{\"errors\":[{\"code\":\"A\",\"message\":\"\\u001b[2J\\n\\nx"
                    + "y".repeat(9999)
                    + "\"}]}")
            .text();

    assertThat(text).hasSizeLessThan(320).endsWith("...").doesNotContain("\u001b", "\n");
  }

  @Test
  void codes_are_told_apart() {
    assertThat(parse("{\"errors\":[{\"code\":\"A\"},{\"code\":\"B\"}]}").codes())
        .containsExactly("A", "B");
  }
}
