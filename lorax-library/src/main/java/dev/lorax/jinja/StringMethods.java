package dev.lorax.jinja;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntPredicate;

/** The methods of Python's strings. */
final class StringMethods {
  /** A method: the string, then the arguments of the call. */
  private interface Method {
    Object call(String self, Arguments arguments);
  }

  private static final Map<String, Method> METHODS = new HashMap<>();

  static {
    plain("upper", Text::upper);
    plain("lower", Text::lower);
    plain("casefold", text -> Text.lower(Text.upper(text)));
    plain("title", Text::title);
    plain("capitalize", Text::capitalize);
    plain("swapcase", StringMethods::swapCase);
    METHODS.put("strip", (self, a) -> Text.strip(self, a.bind("chars").textOrNull(0), true, true));
    METHODS.put(
        "lstrip", (self, a) -> Text.strip(self, a.bind("chars").textOrNull(0), true, false));
    METHODS.put(
        "rstrip", (self, a) -> Text.strip(self, a.bind("chars").textOrNull(0), false, true));
    METHODS.put("split", (self, a) -> StringSearch.split(self, a, false));
    METHODS.put("rsplit", (self, a) -> StringSearch.split(self, a, true));
    METHODS.put(
        "partition", (self, a) -> StringSearch.partition(self, a.bind("sep").text(0), false));
    METHODS.put(
        "rpartition", (self, a) -> StringSearch.partition(self, a.bind("sep").text(0), true));
    METHODS.put("splitlines", (self, a) -> Text.lines(self, a.bind("keepends").truth(0, false)));
    METHODS.put("startswith", (self, a) -> StringSearch.isAt(self, a, true));
    METHODS.put("endswith", (self, a) -> StringSearch.isAt(self, a, false));
    METHODS.put("find", (self, a) -> StringSearch.find(self, a, false));
    METHODS.put("rfind", (self, a) -> StringSearch.find(self, a, true));
    METHODS.put("index", (self, a) -> StringSearch.index(self, a, false));
    METHODS.put("rindex", (self, a) -> StringSearch.index(self, a, true));
    METHODS.put("count", (self, a) -> StringSearch.count(self, a));
    METHODS.put("replace", (self, a) -> StringSearch.replace(self, a.bind("old", "new", "count")));
    METHODS.put("removeprefix", (self, a) -> without(self, a.bind("prefix").text(0), true));
    METHODS.put("removesuffix", (self, a) -> without(self, a.bind("suffix").text(0), false));
    METHODS.put("join", (self, a) -> join(self, a.bind("iterable").get(0)));
    METHODS.put("format", BraceFormat::format);
    METHODS.put("format_map", (self, a) -> BraceFormat.formatMap(self, a.bind("map").get(0)));
    METHODS.put("center", (self, a) -> padded(self, a, '^'));
    METHODS.put("ljust", (self, a) -> padded(self, a, '<'));
    METHODS.put("rjust", (self, a) -> padded(self, a, '>'));
    METHODS.put("zfill", (self, a) -> zeroFilled(self, a.bind("width").count(0, 0)));
    all("isdigit", Character::isDigit);
    all("isdecimal", Character::isDigit);
    all("isnumeric", Character::isDigit);
    all("isalpha", Character::isLetter);
    all("isalnum", Character::isLetterOrDigit);
    all("isspace", Text::isSpace);
    METHODS.put("isupper", (self, a) -> isUpper(self));
    METHODS.put("islower", (self, a) -> isLower(self));
    METHODS.put(
        "istitle",
        (self, a) -> self.equals(Text.title(self)) && self.codePoints().anyMatch(Text::isCased));
  }

  private StringMethods() {}

  private interface Mapping {
    String of(String text);
  }

  private static void plain(String name, Mapping mapping) {
    METHODS.put(
        name,
        (self, arguments) -> {
          arguments.bind();
          return mapping.of(self);
        });
  }

  private static void all(String name, IntPredicate holds) {
    METHODS.put(name, (self, a) -> !self.isEmpty() && self.codePoints().allMatch(holds));
  }

  /** The method of a string, or {@link Bound#MISSING}. */
  static Object find(Object owner, String name) {
    Method method = METHODS.get(name);
    if (method == null) {
      return Bound.MISSING;
    }
    String self = Values.text(owner);
    return (TemplateFunction)
        (positional, named) -> {
          Arguments arguments = new Arguments(name, positional, named);
          Budget.read(self);
          arguments.read();
          return method.call(self, arguments);
        };
  }

  static boolean isUpper(String text) {
    return text.equals(Text.upper(text)) && text.codePoints().anyMatch(Text::isCased);
  }

  static boolean isLower(String text) {
    return text.equals(Text.lower(text)) && text.codePoints().anyMatch(Text::isCased);
  }

  private static String swapCase(String text) {
    StringBuilder result = new StringBuilder();
    text.codePoints()
        .mapToObj(Character::toString)
        .forEach(c -> result.append(isUpper(c) ? Text.lower(c) : Text.upper(c)));
    return result.toString();
  }

  private static String without(String self, String part, boolean atStart) {
    return atStart
        ? self.startsWith(part) ? self.substring(part.length()) : self
        : self.endsWith(part) ? self.substring(0, self.length() - part.length()) : self;
  }

  private static String join(String separator, Object items) {
    StringBuilder result = new StringBuilder();
    List<Object> parts = Values.list(items);
    for (int i = 0; i < parts.size(); i++) {
      if (Values.text(parts.get(i)) == null) {
        throw new TemplateException(
            "sequence item %d: expected str instance, %s found"
                .formatted(i, Values.typeName(parts.get(i))));
      }
      result.append(i == 0 ? "" : separator).append(Values.text(parts.get(i)));
      Budget.room(result.length());
    }
    return result.toString();
  }

  private static String padded(String self, Arguments arguments, char align) {
    Bound bound = arguments.bind("width", "fillchar");
    String fill = bound.has(1) ? bound.text(1) : " ";
    if (Values.length(fill) != 1) {
      throw new TemplateException("The fill character must be exactly one character long");
    }
    int width = bound.count(0, 0);
    return align == '^' ? center(self, width, fill) : pad(self, width, fill, align);
  }

  /** As Python's {@code center}: where it cannot be even, it leans as the width says. */
  static String center(String text, int width, String fill) {
    int free = width - Values.length(text);
    boolean odd = free > 0 && width % 2 == 1 && free % 2 == 1;
    return pad(odd ? fill + text : text, width, fill, '^');
  }

  static String blanks(int count) {
    Budget.room(count);
    return " ".repeat(Math.max(0, count));
  }

  /** A string in a field: at its left {@code <}, right {@code >} or middle {@code ^}. */
  static String pad(String text, int width, String fill, char align) {
    Budget.room(width);
    int free = Math.max(0, width - Values.length(text));
    int left = align == '<' ? 0 : align == '>' ? free : free / 2;
    return fill.repeat(left) + text + fill.repeat(free - left);
  }

  private static String zeroFilled(String self, int width) {
    boolean signed = self.startsWith("-") || self.startsWith("+");
    String digits = signed ? self.substring(1) : self;
    String padded = pad(digits, signed ? width - 1 : width, "0", '>');
    return signed ? self.charAt(0) + padded : padded;
  }
}
