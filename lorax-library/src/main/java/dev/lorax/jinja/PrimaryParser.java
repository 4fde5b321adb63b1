package dev.lorax.jinja;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Reads names and literals, and what follows them: parts and calls. */
final class PrimaryParser {
  private final TokenStream stream;
  private final ExpressionParser expressions;
  private Set<String> names = new HashSet<>();

  PrimaryParser(TokenStream stream, ExpressionParser expressions) {
    this.stream = stream;
    this.expressions = expressions;
  }

  /** Begins to collect the names that are read; returns those so far. */
  Set<String> collectNames() {
    Set<String> before = names;
    names = new HashSet<>();
    return before;
  }

  /** The names read since, which then count for those before as well. */
  Set<String> collectedNames(Set<String> before) {
    Set<String> found = names;
    before.addAll(found);
    names = before;
    return found;
  }

  Expression primary() {
    Token token = stream.current();
    switch (token.kind()) {
      case NAME:
        stream.take();
        return named(token.value().toString());
      case STRING:
        return constant(strings());
      case NUMBER:
        stream.take();
        return constant(token.value());
      default:
        break;
    }
    if (stream.skipOperator("(")) {
      Expression tuple = expressions.tuple(true, ")");
      stream.expectOperator(")");
      return tuple;
    }
    if (stream.skipOperator("[")) {
      return list();
    }
    if (stream.skipOperator("{")) {
      return dict();
    }
    throw stream.fail("unexpected '" + token.description() + "'");
  }

  private Expression named(String name) {
    return switch (name) {
      case "true", "True" -> constant(true);
      case "false", "False" -> constant(false);
      case "none", "None" -> constant(null);
      default -> {
        names.add(name);
        yield frame -> frame.find(name);
      }
    };
  }

  private static Expression constant(Object value) {
    return frame -> value;
  }

  private String strings() {
    StringBuilder text = new StringBuilder();
    while (stream.at(Token.Kind.STRING)) {
      text.append(stream.take().value());
    }
    return text.toString();
  }

  private Expression list() {
    List<Expression> items = new ArrayList<>();
    while (!stream.atOperator("]")) {
      items.add(expressions.expression());
      if (!stream.atOperator("]")) {
        stream.expectOperator(",");
      }
    }
    stream.expectOperator("]");
    return Operators.list(items);
  }

  private Expression dict() {
    List<Expression> keys = new ArrayList<>();
    List<Expression> values = new ArrayList<>();
    while (!stream.atOperator("}")) {
      keys.add(expressions.expression());
      stream.expectOperator(":");
      values.add(expressions.expression());
      if (!stream.atOperator("}")) {
        stream.expectOperator(",");
      }
    }
    stream.expectOperator("}");
    return Operators.dict(keys, values);
  }

  /** An expression with the parts and calls that follow it. */
  Expression postfix(Expression start) {
    List<Chain.Link> links = new ArrayList<>();
    String name = "function";
    while (true) {
      if (stream.atOperator(".")) {
        int line = stream.take().line();
        Token part = stream.take();
        name = part.value().toString();
        links.add(part(part).at(line));
      } else if (stream.atOperator("[")) {
        int line = stream.take().line();
        links.add(subscript().at(line));
      } else if (stream.atOperator("(")) {
        links.add(call(name));
      } else {
        return Chain.of(start, links);
      }
    }
  }

  private Chain.Operation part(Token part) {
    if (part.kind() == Token.Kind.NAME) {
      String name = part.value().toString();
      return (frame, owner) -> Subscripts.attribute(owner, name);
    }
    if (part.value() instanceof Long index) {
      return (frame, owner) -> Subscripts.element(owner, index);
    }
    throw new TemplateException("expected name or number", part.line());
  }

  private Chain.Operation subscript() {
    Expression start = stream.atOperator(":") ? null : expressions.expression();
    if (!stream.skipOperator(":")) {
      Expression key = stream.atOperator(",") ? keys(start) : start;
      stream.expectOperator("]");
      return (frame, owner) -> Subscripts.element(owner, key.evaluate(frame));
    }
    Expression stop = bound();
    Expression step = stream.skipOperator(":") ? bound() : null;
    stream.expectOperator("]");
    return Operators.slice(start, stop, step);
  }

  private Expression keys(Expression first) {
    List<Expression> keys = new ArrayList<>(List.of(first));
    while (stream.skipOperator(",")) {
      keys.add(expressions.expression());
    }
    return Operators.tuple(keys);
  }

  private Expression bound() {
    return stream.atOperator(":") || stream.atOperator("]") ? null : expressions.expression();
  }

  /** A call, from its arguments on. */
  Chain.Link call(String name) {
    int line = stream.line();
    return new Call(name, new ArgumentParser(stream, expressions).read()).at(line);
  }
}
