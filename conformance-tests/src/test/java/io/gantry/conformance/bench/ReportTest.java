package io.gantry.conformance.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.StringReader;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

class ReportTest {

  private static final Topic CALL = Topic.less("a <call>", "ms", new Bar.PartOfPeer(0.1)).inChart();
  private static final Topic RATE = Topic.more("rate", "/s", new Bar.TimesPeer(10)).inChart();

  private final Report report =
      new Report(
          List.of("ours", "theirs"),
          Map.of("date", "today"),
          List.of(RowTest.row(CALL, 5, 100), RowTest.row(RATE, 2, 1)),
          List.of("said \"so\"\\"));

  @Test
  void theVerdictCountsWhatIsReachedOfWhatCanBeJudged() {
    assertThat(report.verdict()).isEqualTo("1 of 2 bars reached");
    Row alone = new Row(Figure.once(CALL, 5), Optional.empty());
    Report unjudged = new Report(List.of("ours"), Map.of(), List.of(alone), List.of());
    assertThat(unjudged.verdict()).isEqualTo("0 of 0 bars reached");
  }

  @Test
  void theTableOfALonelyRuntimeHasNoColumnsForAPeer() {
    Row alone = new Row(Figure.once(CALL, 5), Optional.empty());
    Report lonely = new Report(List.of("ours"), Map.of(), List.of(alone), List.of());
    assertThat(new Table(lonely).headings()).doesNotContain("better by");
    assertThat(new Table(report).rows().getFirst())
        .containsExactly("a <call>", "ms", "5", "", "100", "", "20.0 ×", "≤ 1/10 ✓");
  }

  @Test
  void theTextOfAFactOrNoteCannotBreakTheJson() {
    assertThat(Json.of(report)).contains("\"said \\\"so\\\"\\\\\"").contains("\"p95\": null");
    assertThat(Json.text("a\nb\u0001")).isEqualTo("\"a\\nb\\u0001\"");
  }

  @Test
  void theLengthsOfBarsAreInTheRatioOfTheFigures() throws Exception {
    NodeList bars =
        DocumentBuilderFactory.newInstance()
            .newDocumentBuilder()
            .parse(new InputSource(new StringReader(Chart.of(report))))
            .getElementsByTagName("rect");
    // One is the ground and two belong to the key; a topic where more is better is not drawn.
    assertThat(bars.getLength()).isEqualTo(5);
    assertThat(length(bars, 4) / length(bars, 3)).isEqualTo(20);
  }

  private static double length(NodeList bars, int index) {
    return Double.parseDouble(((Element) bars.item(index)).getAttribute("width"));
  }
}
