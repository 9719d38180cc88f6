package io.gantry.nri;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class OutputLinesTest {

  private static List<String> lines(String printed) throws Exception {
    List<String> lines = new ArrayList<>();
    new OutputLines(lines::add)
        .read(new ByteArrayInputStream(printed.getBytes(StandardCharsets.UTF_8)));
    return lines;
  }

  @Test
  void eachLineIsOneAndTheLastNeedsNoEnd() throws Exception {
    assertThat(lines("one\n\n  two \nthree")).containsExactly("one", "two", "three");
  }

  @Test
  void aLineWithoutEndIsCutAndTheNextIsWhole() throws Exception {
    assertThat(lines("x".repeat(1 << 20) + "\nnext\n"))
        .containsExactly("x".repeat(OutputLines.LONGEST), "next");
  }

  @Test
  void whatMovesACursorIsTakenOut() throws Exception {
    assertThat(lines("a\u001b[2Jb\rc\n")).containsExactly("a [2Jb c");
  }
}
