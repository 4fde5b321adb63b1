package dev.lorax.jinja;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;

/** The methods of Python's strings that look for others in them. */
final class StringSearch {
  private StringSearch() {}

  static List<Object> split(String self, Arguments arguments, boolean fromRight) {
    Bound bound = arguments.bind("sep", "maxsplit");
    long most = bound.count(1, -1);
    if (bound.textOrNull(0) == null) {
      return Text.words(self, most, fromRight);
    }
    int length = nonEmpty(bound.text(0)).length();
    Sought separator = new Sought(bound.text(0), fromRight);
    List<Object> parts = new ArrayList<>();
    int start = 0;
    int end = self.length();
    for (int cut = 0; parts.size() != most && cut >= 0; ) {
      Budget.steps(1);
      cut = separator.in(self, fromRight ? end : start);
      if (cut >= 0) {
        parts.add(fromRight ? self.substring(cut + length, end) : self.substring(start, cut));
        start = fromRight ? start : cut + length;
        end = fromRight ? cut : end;
      }
    }
    parts.add(self.substring(start, end));
    if (fromRight) {
      Collections.reverse(parts);
    }
    return parts;
  }

  private static String nonEmpty(String separator) {
    if (separator.isEmpty()) {
      throw new TemplateException("empty separator");
    }
    return separator;
  }

  static Tuple partition(String self, String separator, boolean last) {
    int at = new Sought(nonEmpty(separator), last).in(self);
    if (at < 0) {
      return last ? new Tuple("", "", self) : new Tuple(self, "", "");
    }
    String after = self.substring(at + separator.length());
    return new Tuple(self.substring(0, at), separator, after);
  }

  static boolean isAt(String self, Arguments arguments, boolean start) {
    Bound bound = arguments.bind("prefix", "start", "end");
    String part = part(self, bound);
    List<?> candidates = bound.get(0) instanceof Tuple several ? several : List.of(bound.text(0));
    boolean found = false;
    for (Iterator<?> each = Values.iterator(candidates); !found && each.hasNext(); ) {
      Object candidate = each.next();
      String text = Values.text(candidate);
      if (text == null) {
        throw new TemplateException(
            "%s() needs a string or a tuple of strings, not %s"
                .formatted(arguments.callee(), Values.typeName(candidate)));
      }
      Budget.read(text);
      found = start ? part.startsWith(text) : part.endsWith(text);
    }
    return found;
  }

  /** What the optional second and third arguments leave of the string. */
  private static String part(String self, Bound bound) {
    return bound.has(1)
        ? (String) Subscripts.slice(self, bound.get(1, null), bound.get(2, null), null)
        : self;
  }

  static long find(String self, Arguments arguments, boolean last) {
    Bound bound = arguments.bind("sub", "start", "end");
    String part = part(self, bound);
    int at = new Sought(bound.text(0), last).in(part);
    if (at < 0) {
      return -1;
    }
    Object start = bound.get(1, null);
    int skipped = start == null ? 0 : Values.length(Subscripts.slice(self, null, start, null));
    return skipped + part.codePointCount(0, at);
  }

  static long index(String self, Arguments arguments, boolean last) {
    long at = find(self, arguments, last);
    if (at < 0) {
      throw new TemplateException("substring not found");
    }
    return at;
  }

  static long count(String self, Arguments arguments) {
    Bound bound = arguments.bind("sub", "start", "end");
    String part = part(self, bound);
    String sought = bound.text(0);
    if (sought.isEmpty()) {
      return Values.length(part) + 1L;
    }
    Sought each = new Sought(sought, false);
    long count = 0;
    for (int at = each.in(part); at >= 0; at = each.in(part, at + sought.length())) {
      count++;
    }
    return count;
  }

  static String replace(String self, Bound bound) {
    return replace(self, bound.text(0), bound.text(1), bound.count(2, -1));
  }

  /** Replaces the first of a number of occurrences; a negative number means all. */
  static String replace(String self, String old, String replacement, int most) {
    StringBuilder result = new StringBuilder();
    int from = 0;
    Sought each = new Sought(old, false);
    int at = each.in(self);
    for (int done = 0; at >= 0 && done != most; done++) {
      result.append(self, from, at).append(replacement);
      Budget.room(result.length());
      from = at + old.length();
      boolean atEnd = at == self.length();
      int step =
          !old.isEmpty() ? old.length() : atEnd ? 0 : Character.charCount(self.codePointAt(at));
      at = step == 0 ? -1 : each.in(self, at + step);
    }
    return result.append(self, from, self.length()).toString();
  }
}
