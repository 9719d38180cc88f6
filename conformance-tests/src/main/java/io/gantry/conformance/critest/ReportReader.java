package io.gantry.conformance.critest;

import io.gantry.conformance.critest.Outcome.Kind;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import javax.xml.XMLConstants;
import javax.xml.parsers.DocumentBuilder;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.SAXException;
import org.xml.sax.helpers.DefaultHandler;

/** Reads the JUnit report that ginkgo, the runner below critest, writes. */
final class ReportReader {

  /** What stands before the name of a spec, as opposed to what runs before or after all of them. */
  private static final String SPEC = "[It] ";

  private ReportReader() {}

  /**
   * The outcome of each spec by its full name. What ran around them is among them only if it
   * failed.
   */
  static Map<String, Outcome> read(Path report) throws IOException {
    NodeList cases = parse(report).getElementsByTagName("testcase");
    Map<String, Outcome> outcomes = new LinkedHashMap<>();
    for (int i = 0; i < cases.getLength(); i++) {
      Element each = (Element) cases.item(i);
      String name = each.getAttribute("name");
      Outcome outcome = outcome(each);
      if (name.startsWith(SPEC)) {
        Outcome former = outcomes.put(name.substring(SPEC.length()), outcome);
        if (former != null) {
          throw new IOException(report + ": two specs have the name " + name);
        }
      } else if (outcome.kind() == Kind.FAILED) {
        outcomes.put(name, outcome);
      }
    }
    return outcomes;
  }

  /** Ginkgo's words are in its types/types.go, SpecState; all but these two are ways to fail. */
  private static Outcome outcome(Element testcase) {
    String status = testcase.getAttribute("status");
    return switch (status) {
      case "passed" -> new Outcome(Kind.PASSED, "");
      case "skipped" -> {
        String reason = message(testcase, "skipped").replaceFirst("^skipped( - )?", "");
        yield new Outcome(reason.isEmpty() ? Kind.LEFT_OUT : Kind.SKIPPED, reason);
      }
      default -> {
        String said = message(testcase, "failure") + message(testcase, "error");
        yield new Outcome(Kind.FAILED, said.isEmpty() ? status : said);
      }
    };
  }

  private static String message(Element testcase, String kind) {
    NodeList found = testcase.getElementsByTagName(kind);
    return found.getLength() == 0 ? "" : ((Element) found.item(0)).getAttribute("message").strip();
  }

  private static Element parse(Path report) throws IOException {
    DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
    try {
      factory.setFeature(XMLConstants.FEATURE_SECURE_PROCESSING, true);
      DocumentBuilder builder = factory.newDocumentBuilder();
      // The one it has otherwise prints what it also throws.
      builder.setErrorHandler(new DefaultHandler());
      return builder.parse(report.toFile()).getDocumentElement();
    } catch (ParserConfigurationException | SAXException failure) {
      throw new IOException(report + " is no report of a test run", failure);
    }
  }
}
