package dev.lorax.jinja;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Cuts a template into words, with {@code trim_blocks} and {@code lstrip_blocks}: a statement alone
 * in its line leaves no trace of the line.
 */
final class Lexer {
  private static final Pattern RAW = Pattern.compile("\\{%([-+]?)\\s*raw\\s*(?:-%\\}\\s*|%\\})");
  private static final Pattern END_RAW =
      Pattern.compile("\\{%([-+]?)\\s*endraw\\s*(?:\\+%\\}|-%\\}\\s*|%\\}\\n?)");
  private static final Pattern BLOCK_END = Pattern.compile("\\+%\\}|-%\\}\\s*|%\\}\\n?");
  private static final Pattern PRINT_END = Pattern.compile("-\\}\\}\\s*|\\}\\}");
  private static final Pattern FLOAT =
      Pattern.compile("(?<!\\.)D(?:(?:\\.D)?[eE][+-]?D|\\.D)".replace("D", "\\d++(?:_\\d++)*+"));
  private static final Pattern INTEGER =
      Pattern.compile(
          "0[bB](?:_?[01])++|0[oO](?:_?[0-7])++|0[xX](?:_?[\\da-fA-F])++|[1-9](?:_?\\d)*+|0(?:_?0)*+");
  private static final Pattern STRING =
      Pattern.compile(
          "(?s)'[^'\\\\]*+(?:\\\\.[^'\\\\]*+)*+'|\"[^\"\\\\]*+(?:\\\\.[^\"\\\\]*+)*+\"");
  private static final Pattern OPERATOR =
      Pattern.compile("//|\\*\\*|==|!=|>=|<=|[-+/*%~\\[\\](){}><=.:|,;]");

  private final String source;
  private final List<Token> tokens = new ArrayList<>();
  private final Deque<Character> open = new ArrayDeque<>();
  private String matched = "";
  private int position;
  private int counted;
  private int line = 1;

  private Lexer(String source) {
    String text = source.replace("\r\n", "\n").replace('\r', '\n');
    this.source = text.endsWith("\n") ? text.substring(0, text.length() - 1) : text;
  }

  static List<Token> tokens(String source) {
    Lexer lexer = new Lexer(source);
    try {
      lexer.run();
      return lexer.tokens;
    } catch (RuntimeException e) {
      throw TemplateException.of(e, lexer.line);
    }
  }

  private void run() {
    while (position < source.length()) {
      int tag = nextTag();
      if (tag < 0) {
        data(source.substring(position));
        position = source.length();
      } else {
        tag(tag);
      }
    }
    add(Token.Kind.END, "");
  }

  private int nextTag() {
    for (int at = source.indexOf('{', position); at >= 0; at = source.indexOf('{', at + 1)) {
      if (at + 1 < source.length() && "%{#".indexOf(source.charAt(at + 1)) >= 0) {
        return at;
      }
    }
    return -1;
  }

  private void tag(int at) {
    char kind = source.charAt(at + 1);
    char sign = at + 2 < source.length() ? source.charAt(at + 2) : ' ';
    data(before(at, sign, kind == '{'));
    Matcher raw = RAW.matcher(source).region(at, source.length());
    position = at;
    if (kind == '%' && raw.lookingAt()) {
      raw(raw.end());
      return;
    }
    position = sign == '-' || sign == '+' ? at + 3 : at + 2;
    switch (kind) {
      case '#' -> comment();
      case '{' -> words(Token.Kind.PRINT_BEGIN, Token.Kind.PRINT_END, PRINT_END);
      default -> words(Token.Kind.BLOCK_BEGIN, Token.Kind.BLOCK_END, BLOCK_END);
    }
  }

  /** The text before a tag, with the white space that the tag takes away. */
  private String before(int tag, char sign, boolean print) {
    String text = source.substring(position, tag);
    if (sign == '-') {
      return Text.strip(text, null, false, true);
    }
    int lineStart = text.lastIndexOf('\n') + 1;
    boolean startsLine = lineStart > 0 || position == 0 || source.charAt(position - 1) == '\n';
    return sign != '+' && !print && startsLine && Text.isBlank(text.substring(lineStart))
        ? text.substring(0, lineStart)
        : text;
  }

  private void data(String text) {
    if (!text.isEmpty()) {
      add(Token.Kind.DATA, text);
    }
  }

  private void raw(int start) {
    Matcher end = END_RAW.matcher(source);
    position = start;
    if (!end.find(start)) {
      throw new TemplateException("Missing end of raw directive", line(start));
    }
    String sign = end.group(1);
    data(before(end.start(), sign.isEmpty() ? ' ' : sign.charAt(0), false));
    position = end.end();
  }

  private void comment() {
    int end = source.indexOf("#}", position);
    if (end < 0) {
      throw new TemplateException("Missing end of comment tag", line(position));
    }
    char sign = end > position ? source.charAt(end - 1) : ' ';
    position = end + 2;
    if (sign == '-') {
      skipSpaces();
    } else if (sign != '+' && position < source.length() && source.charAt(position) == '\n') {
      position++;
    }
  }

  private void skipSpaces() {
    while (position < source.length() && Text.isSpace(source.charAt(position))) {
      position++;
    }
  }

  private void words(Token.Kind begin, Token.Kind end, Pattern close) {
    add(begin, "");
    while (true) {
      Matcher closing = close.matcher(source).region(position, source.length());
      if (open.isEmpty() && closing.lookingAt()) {
        add(end, "");
        position = closing.end();
        return;
      }
      skipSpaces();
      closing.region(position, source.length());
      if (position == source.length()) {
        add(Token.Kind.END, "");
        return;
      }
      if (!open.isEmpty() || !closing.lookingAt()) {
        word();
      }
    }
  }

  private void word() {
    int here = line(position);
    if (matches(FLOAT)) {
      add(Token.Kind.NUMBER, Double.valueOf(matched.replace("_", "")), matched);
    } else if (matches(INTEGER)) {
      add(Token.Kind.NUMBER, integer(Text.lower(matched.replace("_", ""))), matched);
    } else if (Text.isWord(source.codePointAt(position))) {
      name();
    } else if (matches(STRING)) {
      add(Token.Kind.STRING, StringLiteral.value(matched, here), matched);
    } else if (matches(OPERATOR)) {
      balance(matched);
      add(Token.Kind.OPERATOR, matched, matched);
    } else {
      throw new TemplateException(
          "unexpected char '%s' at %d".formatted(source.charAt(position), position), here);
    }
  }

  private void name() {
    int end = position;
    while (end < source.length() && Text.isWord(source.codePointAt(end))) {
      end += Character.charCount(source.codePointAt(end));
    }
    String name = source.substring(position, end);
    if (Character.isDigit(name.codePointAt(0))) {
      throw new TemplateException("Invalid character in identifier", line(position));
    }
    add(Token.Kind.NAME, name, name);
  }

  private boolean matches(Pattern pattern) {
    Matcher matcher =
        pattern.matcher(source).region(position, source.length()).useTransparentBounds(true);
    boolean matches = matcher.lookingAt();
    matched = matches ? matcher.group() : "";
    return matches;
  }

  private Long integer(String digits) {
    int base =
        digits.startsWith("0x")
            ? 16
            : digits.startsWith("0o") ? 8 : digits.startsWith("0b") ? 2 : 10;
    try {
      return Long.valueOf(base == 10 ? digits : digits.substring(2), base);
    } catch (NumberFormatException e) {
      throw new TemplateException(
          digits + " is too large: integers have 64 bits here", line(position));
    }
  }

  private void balance(String operator) {
    int opening = "([{".indexOf(operator);
    if (operator.length() == 1 && opening >= 0) {
      open.push(")]}".charAt(opening));
    } else if (operator.length() == 1 && ")]}".contains(operator)) {
      if (open.isEmpty()) {
        throw new TemplateException("unexpected '" + operator + "'", line(position));
      }
      char expected = open.pop();
      if (expected != operator.charAt(0)) {
        throw new TemplateException(
            "unexpected '%s', expected '%s'".formatted(operator, expected), line(position));
      }
    }
  }

  private void add(Token.Kind kind, Object value, String text) {
    add(kind, value);
    position += text.length();
  }

  private void add(Token.Kind kind, Object value) {
    tokens.add(new Token(kind, value, line(position)));
  }

  private int line(int at) {
    for (; counted < at; counted++) {
      line += source.charAt(counted) == '\n' ? 1 : 0;
    }
    return line;
  }
}
