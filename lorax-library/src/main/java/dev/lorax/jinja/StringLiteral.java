package dev.lorax.jinja;

/** The value of a string literal, with Python's escapes. */
final class StringLiteral {
  private final String text;
  private final int line;
  private int position;

  private StringLiteral(String text, int line) {
    this.text = text;
    this.line = line;
  }

  /** The value of a literal with its quotes. */
  static String value(String literal, int line) {
    String inner = literal.substring(1, literal.length() - 1);
    return inner.indexOf('\\') < 0 ? inner : new StringLiteral(inner, line).unescaped();
  }

  private String unescaped() {
    StringBuilder out = new StringBuilder();
    while (position < text.length()) {
      char c = text.charAt(position++);
      if (c != '\\') {
        out.append(c);
      } else {
        escape(out, text.charAt(position++));
      }
    }
    return out.toString();
  }

  private void escape(StringBuilder out, char c) {
    switch (c) {
      case '\n' -> {}
      case 'n' -> out.append('\n');
      case 't' -> out.append('\t');
      case 'r' -> out.append('\r');
      case 'b' -> out.append('\b');
      case 'f' -> out.append('\f');
      case 'v' -> out.append('\u000b');
      case 'a' -> out.append('\u0007');
      case '\\', '\'', '"' -> out.append(c);
      case 'x' -> out.appendCodePoint(hexadecimal(2));
      case 'u' -> out.appendCodePoint(hexadecimal(4));
      case 'U' -> out.appendCodePoint(hexadecimal(8));
      default -> {
        if (c >= '0' && c <= '7') {
          out.appendCodePoint(octal());
        } else {
          out.append('\\').append(c);
        }
      }
    }
  }

  private int hexadecimal(int digits) {
    String hex = text.substring(position, Math.min(text.length(), position + digits));
    position += hex.length();
    if (hex.length() < digits || !hex.matches("[0-9a-fA-F]+")) {
      throw new TemplateException("truncated escape sequence", line);
    }
    long code = Long.parseLong(hex, 16);
    if (code > Character.MAX_CODE_POINT) {
      throw new TemplateException("illegal Unicode character", line);
    }
    return (int) code;
  }

  private int octal() {
    int end = position;
    while (end < text.length() && end < position + 2 && "01234567".indexOf(text.charAt(end)) >= 0) {
      end++;
    }
    int code = Integer.parseInt(text.substring(position - 1, end), 8);
    position = end;
    return code;
  }
}
