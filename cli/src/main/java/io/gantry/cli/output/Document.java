package io.gantry.cli.output;

import com.google.gson.FormattingStyle;
import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import com.google.gson.JsonSyntaxException;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.util.JsonFormat;
import java.io.PrintStream;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A message as a tree of names and values, ready to be printed as JSON or YAML. */
public final class Document {
  private static final Gson GSON =
      new GsonBuilder()
          .disableHtmlEscaping()
          .serializeNulls()
          .setFormattingStyle(FormattingStyle.PRETTY)
          .create();

  private final JsonElement tree;

  private Document(JsonElement tree) {
    this.tree = tree;
  }

  /** All fields of a message under their camel-case names, those with default values included. */
  public static Document of(Message message) {
    return new Document(tree(message));
  }

  /** Several documents as one: a single one stands for itself. */
  public static Document of(List<Document> documents) {
    if (documents.size() == 1) {
      return documents.getFirst();
    }
    return array(documents);
  }

  /** Several documents as a list, however many they are. */
  public static Document array(List<Document> documents) {
    var array = new JsonArray();
    documents.forEach(each -> array.add(each.tree));
    return new Document(array);
  }

  /** A document with this one as its field {@code name}. */
  public Document under(String name) {
    var parent = new JsonObject();
    parent.add(name, tree);
    return new Document(parent);
  }

  /** Adds a field with another document. */
  public Document with(String name, Document value) {
    tree.getAsJsonObject().add(name, value.tree);
    return this;
  }

  /** Adds the entries of an info map, whose values are JSON texts or plain words. */
  public Document with(Map<String, String> info) {
    new TreeMap<>(info).forEach((name, value) -> tree.getAsJsonObject().add(name, embedded(value)));
    return this;
  }

  /** Replaces nanoseconds since 1970 by exact times, where the fields exist. */
  public Document withTimes(String... names) {
    var object = tree.getAsJsonObject();
    for (var name : names) {
      if (object.has(name)) {
        object.add(name, new JsonPrimitive(Ago.exact(object.get(name).getAsLong())));
      }
    }
    return this;
  }

  /** Prints the document and a line end. */
  public void print(PrintStream out, Format format) {
    if (format == Format.YAML) {
      out.print(YamlText.of(tree));
    } else {
      out.println(GSON.toJson(tree));
    }
  }

  private static JsonElement tree(Message message) {
    try {
      var text = JsonFormat.printer().alwaysPrintFieldsWithNoPresence().print(message);
      return JsonParser.parseString(text);
    } catch (InvalidProtocolBufferException e) {
      // Only messages with an Any can fail to print, and CRI has none.
      throw new IllegalStateException(
          "cannot print " + message.getDescriptorForType().getFullName(), e);
    }
  }

  private static JsonElement embedded(String value) {
    if (!value.startsWith("{") && !value.startsWith("[")) {
      return new JsonPrimitive(value);
    }
    try {
      return JsonParser.parseString(value);
    } catch (JsonSyntaxException e) {
      // The server meant text that only looks like JSON: show it as it is.
      return new JsonPrimitive(value);
    }
  }
}
