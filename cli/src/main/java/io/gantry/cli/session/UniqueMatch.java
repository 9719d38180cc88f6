package io.gantry.cli.session;

import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Finds the one object that a person means. A whole id wins, then a prefix of ids, then a name;
 * several candidates are an error that lists them.
 *
 * @param kind the word for such objects, as in "container"
 * @param listing the command that shows them
 */
public record UniqueMatch<T>(
    String kind, String listing, Function<T, String> id, Function<T, String> name) {
  private static final int SHOWN = 5;
  private static final int ID_LENGTH = 13;

  /**
   * The object meant by {@code wanted}.
   *
   * @throws CliException if there is none, or more than one
   */
  public T in(List<T> all, String wanted) {
    if (wanted.isEmpty()) {
      throw CliException.misused("empty " + kind + " id: see '" + listing + "'");
    }
    var found = all.stream().filter(each -> id.apply(each).equals(wanted)).toList();
    if (found.isEmpty()) {
      found = all.stream().filter(each -> id.apply(each).startsWith(wanted)).toList();
    }
    if (found.isEmpty()) {
      found = all.stream().filter(each -> name.apply(each).equals(wanted)).toList();
    }
    return only(found, wanted);
  }

  private T only(List<T> found, String wanted) {
    if (found.size() == 1) {
      return found.getFirst();
    }
    if (found.isEmpty()) {
      throw CliException.failed("no such " + kind + " \"" + wanted + "\": see '" + listing + "'");
    }
    var candidates =
        found.stream().limit(SHOWN).map(this::describe).collect(Collectors.joining(", "));
    throw CliException.failed(
        "%s \"%s\" could be any of %d: %s%s; write more of the id"
            .formatted(kind, wanted, found.size(), candidates, found.size() > SHOWN ? ", …" : ""));
  }

  private String describe(T object) {
    var whole = id.apply(object);
    var shown = whole.length() > ID_LENGTH ? whole.substring(0, ID_LENGTH) : whole;
    return shown + " (" + name.apply(object) + ")";
  }
}
