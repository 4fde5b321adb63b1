package dev.lorax.jinja;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Reads macros, and the blocks that call them. */
final class MacroParser {
  private final TokenStream stream;
  private final ExpressionParser expressions;
  private final StatementParser statements;

  MacroParser(TokenStream stream, ExpressionParser expressions, StatementParser statements) {
    this.stream = stream;
    this.expressions = expressions;
    this.statements = statements;
  }

  Statement macro() {
    String name = stream.name();
    stream.expectOperator("(");
    Macro.Definition definition = definition(name, "endmacro");
    return StatementParser.does(frame -> frame.set(name, new Macro(definition, frame)));
  }

  Statement callBlock() {
    List<String> parameters = new ArrayList<>();
    List<Expression> defaults = new ArrayList<>();
    if (stream.skipOperator("(")) {
      signature(parameters, defaults);
    }
    if (!(expressions.expression() instanceof Chain chain && chain.endsInCall())) {
      throw stream.fail("expected call");
    }
    Macro.Definition caller = definition("caller", parameters, defaults, "endcall");
    return StatementParser.print(chain.with(frame -> new Macro(caller, frame)));
  }

  private Macro.Definition definition(String name, String end) {
    List<String> parameters = new ArrayList<>();
    List<Expression> defaults = new ArrayList<>();
    signature(parameters, defaults);
    return definition(name, parameters, defaults, end);
  }

  private Macro.Definition definition(
      String name, List<String> parameters, List<Expression> defaults, String end) {
    Set<String> before = expressions.primary().collectNames();
    Body body = statements.closed(end);
    Set<String> found = expressions.primary().collectedNames(before);
    List<String> uses =
        List.of("caller", "kwargs", "varargs").stream().filter(found::contains).toList();
    return new Macro.Definition(name, parameters, defaults, uses, body);
  }

  private void signature(List<String> parameters, List<Expression> defaults) {
    while (!stream.atOperator(")")) {
      if (!parameters.isEmpty()) {
        stream.expectOperator(",");
      }
      parameters.add(stream.name());
      if (stream.skipOperator("=")) {
        defaults.add(expressions.expression());
      } else if (!defaults.isEmpty()) {
        throw stream.fail("non-default argument follows default argument");
      }
    }
    stream.expectOperator(")");
  }
}
