package dev.lorax.jinja;

/** A string marked as safe: what is added to it is escaped for HTML, as the filters say. */
record Markup(String text) {
  static Markup escaped(Object value) {
    return value instanceof Markup markup ? markup : new Markup(escape(Printing.str(value)));
  }

  private static String escape(String text) {
    return text.replace("&", "&amp;")
        .replace(">", "&gt;")
        .replace("<", "&lt;")
        .replace("'", "&#39;")
        .replace("\"", "&#34;");
  }
}
