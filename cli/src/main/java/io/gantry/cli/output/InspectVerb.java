package io.gantry.cli.output;

import io.gantry.cli.session.Session;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import java.util.function.Supplier;
import picocli.CommandLine.Option;

/**
 * What the verbs that show everything about an object have in common: one question for each object,
 * the answers as one document or as a table each.
 */
public abstract class InspectVerb implements Callable<Integer> {
  private final Session session;
  private final List<Document> documents = new ArrayList<>();

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FORMAT",
      description = "json, yaml or table")
  private Format format = Format.JSON;

  @Option(
      names = {"-q", "--quiet"},
      description = "leave out what the runtime adds to the status")
  private boolean quiet;

  protected InspectVerb(Session session) {
    this.session = session;
  }

  /** One answer in both of its forms; only the one that is asked for is made. */
  public record Answer(Supplier<Document> document, Consumer<Details> table) {}

  /** What the user named, in that order. */
  protected abstract List<String> wanted();

  /**
   * Asks the daemon about one object.
   *
   * @param verbose whether the runtime is to add what it knows besides the status
   */
  protected abstract Answer ask(String wanted, boolean verbose);

  @Override
  public final Integer call() {
    int code = session.each(wanted(), this::show);
    if (!documents.isEmpty()) {
      Document.of(documents).print(session.out(), format);
    }
    return code;
  }

  private void show(String wanted) {
    var answer = ask(wanted, !quiet);
    if (format == Format.TABLE) {
      var details = new Details(session.out());
      answer.table().accept(details);
      details.end();
    } else {
      documents.add(answer.document().get());
    }
  }
}
