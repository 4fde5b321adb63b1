package dev.lorax.cli.report;

/** Text inside HTML and SVG. */
final class Markup {
  private Markup() {}

  /** A text that shows as it is, whatever it says; control characters cannot be shown. */
  static String escape(String text) {
    return text.replaceAll("[\\p{Cntrl}\\uFFFE\\uFFFF&&[^\\n\\t]]", "\uFFFD")
        .replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;")
        .replace("'", "&#39;");
  }

  /**
   * An element that holds a text and nothing else.
   *
   * @param tag its name, attributes with it
   */
  static String element(String tag, String text) {
    String name = tag.replaceFirst(" .*", "");
    return "<%s>%s</%s>".formatted(tag, escape(text), name);
  }
}
