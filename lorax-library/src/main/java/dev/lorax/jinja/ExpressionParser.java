package dev.lorax.jinja;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Reads expressions, from the weakest operator to the strongest. */
final class ExpressionParser {
  private static final Set<String> COMPARISONS = Set.of("==", "!=", "<", "<=", ">", ">=");
  private static final int DEEPEST = 100;

  private final TokenStream stream;
  private final PrimaryParser primary;
  private int depth;

  ExpressionParser(TokenStream stream) {
    this.stream = stream;
    this.primary = new PrimaryParser(stream, this);
  }

  PrimaryParser primary() {
    return primary;
  }

  Expression expression() {
    return expression(true);
  }

  /** An expression, with or without {@code a if b else c}. */
  Expression expression(boolean withChoice) {
    if (++depth > DEEPEST) {
      throw stream.fail("expressions are nested too deeply");
    }
    Expression expression = withChoice ? choice() : or();
    depth--;
    return expression;
  }

  private Expression choice() {
    int line = stream.line();
    Expression result = or();
    while (stream.skipName("if")) {
      Expression condition = or();
      Expression otherwise = stream.skipName("else") ? expression() : null;
      result = Operators.choice(condition, result, otherwise, line);
      line = stream.line();
    }
    return result;
  }

  private Expression or() {
    Expression left = and();
    while (stream.skipName("or")) {
      left = Operators.or(left, and());
    }
    return left;
  }

  private Expression and() {
    Expression left = not();
    while (stream.skipName("and")) {
      left = Operators.and(left, not());
    }
    return left;
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
    Expression left = concatenation();
    while (stream.atOperator("+") || stream.atOperator("-")) {
      int line = stream.line();
      String sign = stream.take().value().toString();
      left = Operators.binary(sign, left, concatenation()).at(line);
    }
    return left;
  }

  private Expression concatenation() {
    List<Expression> operands = new ArrayList<>(List.of(product()));
    while (stream.skipOperator("~")) {
      operands.add(product());
    }
    return operands.size() == 1 ? operands.get(0) : Operators.concatenation(operands);
  }

  private Expression product() {
    Expression left = power();
    while (stream.atOperator("*")
        || stream.atOperator("/")
        || stream.atOperator("//")
        || stream.atOperator("%")) {
      int line = stream.line();
      String sign = stream.take().value().toString();
      left = Operators.binary(sign, left, power()).at(line);
    }
    return left;
  }

  private Expression power() {
    Expression left = unary(true);
    while (stream.atOperator("**")) {
      int line = stream.take().line();
      left = Operators.binary("**", left, unary(true)).at(line);
    }
    return left;
  }

  private Expression unary(boolean withFilter) {
    if (++depth > DEEPEST) {
      throw stream.fail("expressions are nested too deeply");
    }
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
    return withFilter ? filtered(result) : result;
  }

  private Expression filtered(Expression value) {
    Expression result = value;
    while (true) {
      if (stream.atOperator("|")) {
        result = filter(result);
      } else if (stream.atName("is")) {
        result = test(result);
      } else if (stream.atOperator("(")) {
        result = primary.call(result, "function");
      } else {
        return result;
      }
    }
  }

  /** One {@code | name(arguments)} or more. */
  Expression filter(Expression value) {
    Expression result = value;
    while (stream.skipOperator("|")) {
      result = namedFilter(result);
    }
    return result;
  }

  /** A filter from its name on. */
  Expression namedFilter(Expression value) {
    int line = stream.line();
    String name = dottedName();
    Call.Given given =
        stream.atOperator("(") ? new ArgumentParser(stream, this).read() : Call.Given.NONE;
    return Operators.filter(name, value, given).at(line);
  }

  private String dottedName() {
    StringBuilder name = new StringBuilder(stream.name());
    while (stream.skipOperator(".")) {
      name.append('.').append(stream.name());
    }
    return name.toString();
  }

  private Expression test(Expression value) {
    int line = stream.take().line();
    boolean negated = stream.skipName("not");
    String name = dottedName();
    Call.Given given = Call.Given.NONE;
    if (stream.atOperator("(")) {
      given = new ArgumentParser(stream, this).read();
    } else if (startsOperand()) {
      if (stream.atName("is")) {
        throw stream.fail("You cannot chain multiple tests with is");
      }
      given = new Call.Given(List.of(primary.postfix(primary.primary())), Map.of(), null, null);
    }
    Expression test = Operators.test(name, value, given).at(line);
    return negated ? Operators.not(test) : test;
  }

  private boolean startsOperand() {
    return switch (stream.current().kind()) {
      case NAME -> !stream.atName("else") && !stream.atName("or") && !stream.atName("and");
      case STRING, NUMBER -> true;
      default -> stream.atOperator("[") || stream.atOperator("{");
    };
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
