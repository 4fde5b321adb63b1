package dev.lorax.jinja;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Reads filters and tests: what follows {@code |} and {@code is}. */
final class FilterParser {
  private final TokenStream stream;
  private final ExpressionParser expressions;
  private final PrimaryParser primary;

  FilterParser(TokenStream stream, ExpressionParser expressions, PrimaryParser primary) {
    this.stream = stream;
    this.expressions = expressions;
    this.primary = primary;
  }

  /** The filters, tests and calls that follow a value. */
  Expression filtered(Expression value) {
    List<Chain.Link> links = new ArrayList<>();
    while (true) {
      if (stream.skipOperator("|")) {
        links.add(filter());
      } else if (stream.atName("is")) {
        links.add(test());
      } else if (stream.atOperator("(")) {
        links.add(primary.call("function"));
      } else {
        return Chain.of(value, links);
      }
    }
  }

  /** The filters that follow, each after its {@code |}. */
  List<Chain.Link> filters() {
    List<Chain.Link> links = new ArrayList<>();
    while (stream.skipOperator("|")) {
      links.add(filter());
    }
    return links;
  }

  /** A filter from its name on. */
  Chain.Link filter() {
    int line = stream.line();
    String name = dottedName();
    Call.Given given =
        stream.atOperator("(") ? new ArgumentParser(stream, expressions).read() : Call.Given.NONE;
    return Operators.filter(name, given).at(line);
  }

  private String dottedName() {
    StringBuilder name = new StringBuilder(stream.name());
    while (stream.skipOperator(".")) {
      name.append('.').append(stream.name());
    }
    return name.toString();
  }

  private Chain.Link test() {
    int line = stream.take().line();
    boolean holds = !stream.skipName("not");
    String name = dottedName();
    Call.Given given = Call.Given.NONE;
    if (stream.atOperator("(")) {
      given = new ArgumentParser(stream, expressions).read();
    } else if (startsOperand()) {
      if (stream.atName("is")) {
        throw stream.fail("You cannot chain multiple tests with is");
      }
      given = new Call.Given(List.of(primary.postfix(primary.primary())), Map.of(), null, null);
    }
    return Operators.test(name, given, holds).at(line);
  }

  private boolean startsOperand() {
    return switch (stream.current().kind()) {
      case NAME -> !stream.atName("else") && !stream.atName("or") && !stream.atName("and");
      case STRING, NUMBER -> true;
      default -> stream.atOperator("[") || stream.atOperator("{");
    };
  }
}
