package dev.lorax.jinja;

/**
 * One word of a template.
 *
 * @param value a name, an operator's sign, a number, a string, or the text outside of tags
 * @param line from 1
 */
record Token(Kind kind, Object value, int line) {
  /** What a token is. */
  enum Kind {
    DATA("template data"),
    BLOCK_BEGIN("begin of statement block"),
    BLOCK_END("end of statement block"),
    PRINT_BEGIN("begin of print statement"),
    PRINT_END("end of print statement"),
    NAME("name"),
    OPERATOR("operator"),
    STRING("string"),
    NUMBER("number"),
    END("end of template");

    private final String words;

    Kind(String words) {
      this.words = words;
    }
  }

  boolean isOperator(String sign) {
    return kind == Kind.OPERATOR && value.equals(sign);
  }

  boolean isName(String name) {
    return kind == Kind.NAME && value.equals(name);
  }

  /** As messages call it. */
  String description() {
    return kind == Kind.NAME || kind == Kind.OPERATOR ? value.toString() : kind.words;
  }
}
