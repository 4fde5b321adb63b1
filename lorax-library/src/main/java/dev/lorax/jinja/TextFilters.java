package dev.lorax.jinja;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/** Jinja's filters of texts. */
final class TextFilters {
  static final Map<String, Filters.Filter> BY_NAME = new HashMap<>();

  static {
    text("upper", Text::upper);
    text("lower", Text::lower);
    text("capitalize", Text::capitalize);
    text("title", TextFilters::title);
    BY_NAME.put("string", a -> string(a.bind("object").get(0)));
    BY_NAME.put("safe", a -> new Markup(Printing.str(a.bind("value").get(0))));
    BY_NAME.put("escape", a -> Markup.escaped(a.bind("s").get(0)));
    BY_NAME.put("e", BY_NAME.get("escape"));
    BY_NAME.put("forceescape", a -> Markup.escaped(Printing.str(a.bind("value").get(0))));
    BY_NAME.put("trim", TextFilters::trim);
    BY_NAME.put("replace", TextFilters::replace);
    BY_NAME.put("indent", TextFilters::indent);
    BY_NAME.put("truncate", TextFilters::truncate);
    BY_NAME.put("center", TextFilters::center);
    BY_NAME.put("format", TextFilters::format);
    BY_NAME.put("wordcount", TextFilters::wordCount);
    BY_NAME.put("urlencode", TextFilters::urlEncode);
    BY_NAME.put("pprint", a -> Printing.repr(a.bind("value").get(0)));
  }

  private TextFilters() {}

  private static void text(String name, UnaryOperator<String> mapping) {
    BY_NAME.put(name, a -> mapping.apply(Printing.str(a.bind("s").get(0))));
  }

  private static Object string(Object value) {
    return value instanceof Markup ? value : Printing.str(value);
  }

  /** A capital after blanks, hyphens and opening brackets, unlike Python's own method. */
  private static String title(String text) {
    StringBuilder result = new StringBuilder();
    boolean first = true;
    for (int c : text.codePoints().toArray()) {
      String character = Character.toString(c);
      result.append(first ? Text.upper(character) : Text.lower(character));
      first = Text.isSpace(c) || "-({[<".indexOf(c) >= 0;
    }
    return result.toString();
  }

  private static Object trim(Arguments arguments) {
    Bound bound = arguments.bind("value", "chars");
    return Text.strip(Printing.str(bound.get(0)), bound.textOrNull(1), true, true);
  }

  private static Object replace(Arguments arguments) {
    Bound bound = arguments.bind("s", "old", "new", "count");
    int most = bound.get(3, null) == null ? -1 : bound.count(3, -1);
    return StringSearch.replace(
        Printing.str(bound.get(0)), Printing.str(bound.get(1)), Printing.str(bound.get(2)), most);
  }

  private static Object indent(Arguments arguments) {
    Bound bound = arguments.bind("s", "width", "first", "blank");
    Object width = bound.get(1, 4L);
    String margin =
        Values.text(width) != null
            ? Values.text(width)
            : StringMethods.blanks(Numbers.count(width));
    List<Object> lines = Text.lines(bound.text(0) + "\n", false);
    StringBuilder result = new StringBuilder(bound.truth(2, false) ? margin : "");
    for (int i = 0; i < lines.size(); i++) {
      String line = (String) lines.get(i);
      boolean indented = i > 0 && (bound.truth(3, false) || !line.isEmpty());
      result.append(i > 0 ? "\n" : "").append(indented ? margin : "").append(line);
      Budget.room(result.length());
    }
    return result.toString();
  }

  private static Object truncate(Arguments arguments) {
    Bound bound = arguments.bind("s", "length", "killwords", "end", "leeway");
    String text = bound.text(0);
    String end = bound.has(3) ? bound.text(3) : "...";
    int length = bound.count(1, 255);
    int kept = length - Values.length(end);
    if (kept < 0) {
      throw new TemplateException(
          "expected length >= %d, got %d".formatted(Values.length(end), length));
    }
    int leeway = bound.get(4, null) == null ? 5 : bound.count(4, 5);
    if (Values.length(text) <= (long) length + leeway) {
      return text;
    }
    String start = (String) Subscripts.slice(text, null, (long) kept, null);
    int blank = start.lastIndexOf(' ');
    return (bound.truth(2, false) || blank < 0 ? start : start.substring(0, blank)) + end;
  }

  private static Object center(Arguments arguments) {
    Bound bound = arguments.bind("value", "width");
    return StringMethods.center(Printing.str(bound.get(0)), bound.count(1, 80), " ");
  }

  private static Object format(Arguments arguments) {
    if (arguments.positional().size() > 1 && !arguments.named().isEmpty()) {
      throw new TemplateException("can't handle positional and keyword arguments at the same time");
    }
    String pattern = Printing.str(arguments.positional().get(0));
    return PercentFormat.format(
        pattern,
        arguments.named().isEmpty()
            ? new Tuple(arguments.from(1).positional().toArray())
            : arguments.named());
  }

  private static Object wordCount(Arguments arguments) {
    long words = 0;
    boolean inWord = false;
    for (int c : Printing.str(arguments.bind("s").get(0)).codePoints().toArray()) {
      words += !inWord && Text.isWord(c) ? 1 : 0;
      inWord = Text.isWord(c);
    }
    return words;
  }

  private static Object urlEncode(Arguments arguments) {
    Object value = arguments.bind("value").get(0);
    if (value instanceof Map<?, ?> map) {
      return String.join(
          "&",
          map.entrySet().stream()
              .map(entry -> quoted(entry.getKey()) + "=" + quoted(entry.getValue()))
              .toList());
    }
    return quoted(value).replace("+", "%20").replace("%2F", "/");
  }

  private static String quoted(Object value) {
    return URLEncoder.encode(Printing.str(value), StandardCharsets.UTF_8)
        .replace("*", "%2A")
        .replace("%7E", "~");
  }
}
