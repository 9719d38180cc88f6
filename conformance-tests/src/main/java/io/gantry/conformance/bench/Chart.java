package io.gantry.conformance.bench;

import java.util.List;
import java.util.Locale;

/**
 * The main figures of a report as bars, drawn as SVG.
 *
 * <p>The topics have different units, hence each row has its own scale, from zero to the longer of
 * its two bars: how much shorter one bar is than the other is how much less it is. A logarithmic
 * scale would flatter whoever is worse. Topics where more is better are left out, since there the
 * shorter bar would be the worse one.
 */
final class Chart {

  private static final int WIDTH = 860;
  private static final int MARGIN = 14;
  private static final int TOP = 74;
  private static final int ROW = 38;
  private static final int THICK = 11;
  private static final int LABELS = 330;
  private static final int BARS = 360;
  private static final int BOTTOM = 26;

  /** Colours that can be told apart, also by the colour-blind, on white and on black. */
  private static final String STYLE =
      """
      <style>
        text { font: 13px system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; fill: #1f2328 }
        .title { font-size: 17px; font-weight: 600 }
        .small { font-size: 11px; fill: #59636e }
        .times { font-weight: 600 }
        .first { fill: #0969da }
        .peer { fill: #9aa4af }
        .rule { stroke: #d1d9e0 }
        .paper { fill: #ffffff }
        @media (prefers-color-scheme: dark) {
          text { fill: #f0f6fc }
          .small { fill: #9198a1 }
          .first { fill: #4493f8 }
          .peer { fill: #656c76 }
          .rule { stroke: #3d444d }
          .paper { fill: #0d1117 }
        }
      </style>
      """;

  private final Report report;
  private final List<Row> rows;

  private Chart(Report report) {
    this.report = report;
    this.rows =
        report.rows().stream()
            .filter(row -> row.topic().headline() && !row.topic().moreIsBetter())
            .filter(row -> row.peer().isPresent())
            .toList();
  }

  /** The chart of a report that has a peer. */
  static String of(Report report) {
    return new Chart(report).draw();
  }

  private String draw() {
    int height = TOP + rows.size() * ROW + BOTTOM;
    StringBuilder svg = new StringBuilder();
    svg.append(
        """
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="-%1$d -%1$d %2$d %3$d" width="%2$d" \
        height="%3$d" role="img" aria-label="%4$s beside %5$s">
        """
            .formatted(
                MARGIN,
                WIDTH + 2 * MARGIN,
                height + 2 * MARGIN,
                xml(report.name()),
                xml(report.peerName())));
    svg.append(STYLE);
    // A page may be dark where the reader's system is light: the chart brings its own ground.
    svg.append(
        "<rect class=\"paper\" x=\"-%1$d\" y=\"-%1$d\" width=\"%2$d\" height=\"%3$d\"/>%n"
            .formatted(MARGIN, WIDTH + 2 * MARGIN, height + 2 * MARGIN));
    head(svg);
    for (int i = 0; i < rows.size(); i++) {
      row(svg, rows.get(i), TOP + i * ROW);
    }
    svg.append(text("small", 0, height, "start", foot()));
    return svg.append("</svg>\n").toString();
  }

  private void head(StringBuilder svg) {
    String title = report.name() + " beside " + report.peerName();
    svg.append(text("title", 0, 20, "start", title));
    svg.append(
        text("small", 0, 40, "start", "less is better; each row has its own scale from zero"));
    svg.append(key("first", LABELS, report.name()));
    svg.append(key("peer", LABELS + 110, report.peerName()));
    svg.append(text("small", WIDTH, 56, "end", "times less"));
  }

  private static String key(String colour, int x, String name) {
    return bar(colour, x, 46, THICK) + text("small", x + THICK + 6, 56, "start", name);
  }

  private String foot() {
    return "%s · %s · load %s · %s"
        .formatted(
            report.facts().getOrDefault("processor", ""),
            report.facts().getOrDefault("kernel", ""),
            report.facts().getOrDefault("load average before", ""),
            report.facts().getOrDefault("date", ""));
  }

  private static void row(StringBuilder svg, Row row, int y) {
    double value = row.figure().value();
    double peer = row.peer().orElseThrow().value();
    double longest = Math.max(value, peer);
    svg.append(
        "<line class=\"rule\" x1=\"0\" x2=\"%d\" y1=\"%d\" y2=\"%d\"/>\n".formatted(WIDTH, y, y));
    svg.append(text("label", 0, y + 23, "start", row.topic().name()));
    svg.append(labelled("first", y + 6, value, longest, row.topic().unit()));
    svg.append(labelled("peer", y + 7 + THICK + 2, peer, longest, row.topic().unit()));
    svg.append(text("times", WIDTH, y + 23, "end", Table.times(row)));
  }

  private static String labelled(String colour, int y, double value, double longest, String unit) {
    double length = longest == 0 ? 0 : value / longest * BARS;
    String words = (Numbers.brief(value) + " " + unit).strip();
    return bar(colour, LABELS, y, Math.max(length, 1))
        + text("small", LABELS + length + 6, y + THICK - 1, "start", words);
  }

  private static String bar(String colour, double x, double y, double length) {
    return String.format(
        Locale.ROOT,
        "<rect class=\"%s\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%d\" rx=\"2\"/>%n",
        colour,
        x,
        y,
        length,
        THICK);
  }

  private static String text(String kind, double x, double y, String anchor, String words) {
    return String.format(
        Locale.ROOT,
        "<text class=\"%s\" x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">%s</text>%n",
        kind,
        x,
        y,
        anchor,
        xml(words));
  }

  private static String xml(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace("\"", "&quot;");
  }
}
