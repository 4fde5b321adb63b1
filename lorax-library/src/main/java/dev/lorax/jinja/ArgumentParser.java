package dev.lorax.jinja;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads the arguments of one call. */
final class ArgumentParser {
  private final TokenStream stream;
  private final ExpressionParser expressions;
  private final List<Expression> positional = new ArrayList<>();
  private final Map<String, Expression> named = new LinkedHashMap<>();
  private Expression more;
  private Expression moreNamed;

  ArgumentParser(TokenStream stream, ExpressionParser expressions) {
    this.stream = stream;
    this.expressions = expressions;
  }

  /** The arguments, in parentheses. */
  Call.Given read() {
    int line = stream.line();
    stream.expectOperator("(");
    while (!stream.atOperator(")")) {
      if (!argument()) {
        throw new TemplateException("invalid syntax for function call expression", line);
      }
      if (!stream.atOperator(")")) {
        stream.expectOperator(",");
      }
    }
    stream.expectOperator(")");
    return new Call.Given(positional, named, more, moreNamed);
  }

  /** Reads one; false if none of its kind may stand here. */
  private boolean argument() {
    boolean name = stream.at(Token.Kind.NAME) && stream.look().isOperator("=");
    if (moreNamed != null || more != null && !stream.atOperator("**") && !name) {
      return false;
    }
    if (stream.skipOperator("*")) {
      more = expressions.expression();
    } else if (stream.skipOperator("**")) {
      moreNamed = expressions.expression();
    } else if (name) {
      String key = stream.name();
      stream.take();
      named.put(key, expressions.expression());
    } else if (named.isEmpty()) {
      positional.add(expressions.expression());
    } else {
      return false;
    }
    return true;
  }
}
