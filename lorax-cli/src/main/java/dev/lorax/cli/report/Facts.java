package dev.lorax.cli.report;

import static dev.lorax.cli.report.Markup.element;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lorax.cli.console.Figures;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** A piece of JSON as tables that people read. */
final class Facts {
  private Facts() {}

  /** An object as a table of two columns, a list of objects as one of many; empty for nothing. */
  static String of(JsonNode json) {
    if (json.isEmpty()) {
      return json.isValueNode() ? element("p", value("", json)) : "";
    }
    if (json.isObject()) {
      return table("", fields(json).map(name -> row(name, json.get(name))));
    }
    if (stream(json).anyMatch(JsonNode::isObject)) {
      return rows(json);
    }
    return stream(json)
        .map(item -> element("li", value("", item)))
        .collect(Collectors.joining("\n", "<ul>\n", "\n</ul>\n"));
  }

  private static String row(String name, JsonNode fact) {
    boolean nested = fact.isObject() || stream(fact).anyMatch(JsonNode::isObject);
    String cell = nested ? "<td>" + of(fact) + "</td>" : element("td", value(name, fact));
    return element("th", words(name)) + cell;
  }

  private static String rows(JsonNode objects) {
    Set<String> columns = new LinkedHashSet<>();
    objects.forEach(object -> fields(object).forEach(columns::add));
    String head =
        columns.stream().map(name -> element("th", words(name))).collect(Collectors.joining());
    return table(
        "<thead><tr>" + head + "</tr></thead>",
        stream(objects)
            .map(
                object ->
                    columns.stream()
                        .map(name -> element("td", value(name, object.path(name))))
                        .collect(Collectors.joining())));
  }

  private static String table(String head, Stream<String> rows) {
    String body = rows.map(row -> "<tr>" + row + "</tr>\n").collect(Collectors.joining());
    return "<div class=\"wide\"><table>%s<tbody>\n%s</tbody></table></div>\n".formatted(head, body);
  }

  private static String value(String name, JsonNode value) {
    if (value.isArray()) {
      return stream(value).map(item -> value(name, item)).collect(Collectors.joining(", "));
    }
    if (value.isIntegralNumber()) {
      return name.endsWith("Bytes") ? Figures.bytes(value.asLong()) : Figures.count(value.asLong());
    }
    return value.isNumber() ? Figures.number(value.asDouble()) : value.asText(value.toString());
  }

  /** {@code trainableParameters} as trainable parameters. */
  private static String words(String name) {
    return name.replaceFirst("Bytes$", "")
        .replaceAll("(?<=[a-z])(?=[A-Z])", " ")
        .toLowerCase(Locale.ROOT);
  }

  private static Stream<String> fields(JsonNode object) {
    Iterable<String> names = object::fieldNames;
    return StreamSupport.stream(names.spliterator(), false);
  }

  private static Stream<JsonNode> stream(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false);
  }
}
