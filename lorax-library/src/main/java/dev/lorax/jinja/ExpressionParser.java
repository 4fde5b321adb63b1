package dev.lorax.jinja;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;

/** Reads expressions, from the weakest operator to the strongest. */
final class ExpressionParser {
  private static final Set<String> COMPARISONS = Set.of("==", "!=", "<", "<=", ">", ">=");
  private static final int DEEPEST = 100;

  private final TokenStream stream;
  private final PrimaryParser primary;
  private final FilterParser filters;
  private int depth;

  ExpressionParser(TokenStream stream) {
    this.stream = stream;
    this.primary = new PrimaryParser(stream, this);
    this.filters = new FilterParser(stream, this, primary);
  }

  PrimaryParser primary() {
    return primary;
  }

  FilterParser filters() {
    return filters;
  }

  Expression expression() {
    return expression(true);
  }

  /** An expression, with or without {@code a if b else c}. */
  Expression expression(boolean withChoice) {
    deeper();
    Expression expression = withChoice ? choice() : or();
    depth--;
    return expression;
  }

  private void deeper() {
    if (++depth > DEEPEST) {
      throw stream.fail("expressions are nested too deeply");
    }
  }

  private Expression choice() {
    int before = depth;
    int line = stream.line();
    Expression result = or();
    while (stream.skipName("if")) {
      deeper();
      Expression condition = or();
      Expression otherwise = stream.skipName("else") ? expression() : null;
      result = Operators.choice(condition, result, otherwise, line);
      line = stream.line();
    }
    depth = before;
    return result;
  }

  private Expression or() {
    Expression first = and();
    List<Chain.Link> links = new ArrayList<>();
    while (stream.atName("or")) {
      int line = stream.take().line();
      links.add(Operators.or(and()).at(line));
    }
    return Chain.of(first, links);
  }

  private Expression and() {
    Expression first = not();
    List<Chain.Link> links = new ArrayList<>();
    while (stream.atName("and")) {
      int line = stream.take().line();
      links.add(Operators.and(not()).at(line));
    }
    return Chain.of(first, links);
  }

  private Expression not() {
    int count = 0;
    while (stream.skipName("not")) {
      count++;
    }
    Expression operand = comparison();
    return count == 0 ? operand : Operators.not(count % 2 == 0 ? Operators.not(operand) : operand);
  }

  private Expression comparison() {
    int line = stream.line();
    Expression first = sum();
    List<String> signs = new ArrayList<>();
    List<Expression> operands = new ArrayList<>();
    for (String sign = comparisonSign(); sign != null; sign = comparisonSign()) {
      signs.add(sign);
      operands.add(sum());
    }
    return signs.isEmpty() ? first : Operators.comparison(first, signs, operands).at(line);
  }

  private String comparisonSign() {
    if (stream.at(Token.Kind.OPERATOR) && COMPARISONS.contains(stream.current().value())) {
      return stream.take().value().toString();
    }
    if (stream.skipName("in")) {
      return "in";
    }
    if (stream.atName("not") && stream.look().isName("in")) {
      stream.take();
      stream.take();
      return "not in";
    }
    return null;
  }

  private Expression sum() {
    return binary(this::concatenation, "+", "-");
  }

  private Expression concatenation() {
    List<Expression> operands = new ArrayList<>(List.of(product()));
    while (stream.skipOperator("~")) {
      operands.add(product());
    }
    return operands.size() == 1 ? operands.get(0) : Operators.concatenation(operands);
  }

  private Expression product() {
    return binary(this::power, "*", "/", "//", "%");
  }

  private Expression power() {
    return binary(() -> unary(true), "**");
  }

  /** Operands between operators of one strength, from left to right. */
  private Expression binary(Supplier<Expression> operand, String... signs) {
    Expression first = operand.get();
    List<Chain.Link> links = new ArrayList<>();
    while (Arrays.stream(signs).anyMatch(stream::atOperator)) {
      Token sign = stream.take();
      links.add(Operators.binary(sign.value().toString(), operand.get()).at(sign.line()));
    }
    return Chain.of(first, links);
  }

  private Expression unary(boolean withFilter) {
    deeper();
    int line = stream.line();
    Expression result;
    if (stream.skipOperator("-")) {
      Expression operand = unary(false);
      result = frame -> Arithmetic.negate(operand.evaluate(frame));
    } else if (stream.skipOperator("+")) {
      Expression operand = unary(false);
      result = frame -> Arithmetic.plus(operand.evaluate(frame));
    } else {
      result = primary.primary();
    }
    result = primary.postfix(result.at(line));
    depth--;
    return withFilter ? filters.filtered(result) : result;
  }

  /** Expressions separated by commas: one is itself, more are a tuple. */
  Expression tuple(boolean withChoice, String end) {
    List<Expression> items = new ArrayList<>();
    boolean tuple = false;
    while (!isTupleEnd(end)) {
      items.add(expression(withChoice));
      if (!stream.skipOperator(",")) {
        break;
      }
      tuple = true;
    }
    if (items.isEmpty() && !")".equals(end)) {
      throw stream.fail(
          "Expected an expression, got '%s'".formatted(stream.current().description()));
    }
    return items.size() == 1 && !tuple ? items.get(0) : Operators.tuple(items);
  }

  private boolean isTupleEnd(String end) {
    return stream.at(Token.Kind.PRINT_END)
        || stream.at(Token.Kind.BLOCK_END)
        || stream.atOperator(")")
        || end != null && stream.atName(end);
  }
}
