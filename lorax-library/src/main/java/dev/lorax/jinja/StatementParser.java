package dev.lorax.jinja;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;

/** Reads the statements of a template. */
final class StatementParser {
  private static final int DEEPEST = 100;

  private final TokenStream stream;
  private final ExpressionParser expressions;
  private final TargetParser targets;
  private final MacroParser macros;
  private final Deque<String> openTags = new ArrayDeque<>();
  private int loops;
  private boolean generationBlocks;

  StatementParser(TokenStream stream) {
    this.stream = stream;
    this.expressions = new ExpressionParser(stream);
    this.targets = new TargetParser(stream);
    this.macros = new MacroParser(stream, expressions, this);
  }

  Body template() {
    Body body = body();
    if (!stream.at(Token.Kind.END)) {
      throw unknownTag();
    }
    return body;
  }

  /** Statements up to a tag that begins none, which is left there, or the template's end. */
  private Body body(String... ends) {
    List<Statement> statements = new ArrayList<>();
    while (!stream.at(Token.Kind.END)) {
      Token token = stream.take();
      if (token.kind() == Token.Kind.DATA) {
        String text = token.value().toString();
        statements.add(write(text).at(token.line()));
      } else if (token.kind() == Token.Kind.PRINT_BEGIN) {
        Expression value = expressions.tuple(true, null);
        stream.expect(Token.Kind.PRINT_END);
        statements.add(print(value).at(token.line()));
      } else {
        if (List.of(ends).stream().anyMatch(stream::atName)) {
          return new Body(statements);
        }
        int line = stream.line();
        statements.add(statement().at(line));
        stream.expect(Token.Kind.BLOCK_END);
      }
    }
    if (ends.length > 0) {
      throw stream.fail("Unexpected end of template. " + lookingFor(ends));
    }
    return new Body(statements);
  }

  private String lookingFor(String... ends) {
    return "Jinja was looking for the following tags: '%s'. The innermost block that needs to be closed is '%s'."
        .formatted(String.join("' or '", ends), openTags.peek());
  }

  private static Statement write(String text) {
    return frame -> {
      frame.rendering().write(text);
      return Statement.Flow.NEXT;
    };
  }

  static Statement print(Expression value) {
    return frame -> {
      frame.rendering().write(Printing.str(value.evaluate(frame)));
      return Statement.Flow.NEXT;
    };
  }

  /** The body of a tag that is about to be closed, and then the word of the tag that closes it. */
  private Body block(String... ends) {
    stream.skipOperator(":");
    stream.expect(Token.Kind.BLOCK_END);
    return body(ends);
  }

  private Statement statement() {
    if (!stream.at(Token.Kind.NAME)) {
      throw stream.fail("tag name expected");
    }
    String tag = stream.current().value().toString();
    if (openTags.size() > DEEPEST) {
      throw stream.fail("blocks are nested too deeply");
    }
    openTags.push(tag);
    stream.take();
    Statement statement =
        switch (tag) {
          case "for" -> loop();
          case "if" -> condition();
          case "set" -> set();
          case "print" -> print(expressions.tuple(true, null));
          case "macro" -> macros.macro();
          case "call" -> macros.callBlock();
          case "filter" -> filterBlock();
          case "with" -> with();
          case "generation" -> generation();
          case "break" -> leave(Statement.Flow.BREAK, tag);
          case "continue" -> leave(Statement.Flow.CONTINUE, tag);
          case "include", "import", "from", "extends", "block", "autoescape" ->
              throw stream.fail(
                  "the tag '" + tag + "' is not supported: a template is one file here");
          default -> null;
        };
    openTags.pop();
    if (statement == null) {
      throw stream.fail("Encountered unknown tag '" + tag + "'." + innermost());
    }
    return statement;
  }

  private TemplateException unknownTag() {
    return stream.fail("Encountered unknown tag '" + stream.current().description() + "'.");
  }

  private String innermost() {
    return openTags.isEmpty()
        ? ""
        : " The innermost block that needs to be closed is '" + openTags.peek() + "'.";
  }

  private Statement leave(Statement.Flow flow, String tag) {
    if (loops == 0) {
      throw stream.fail("'" + tag + "' outside loop");
    }
    return frame -> flow;
  }

  private Statement loop() {
    Target target = targets.loopTarget();
    Expression items = expressions.tuple(false, "recursive");
    Expression test = stream.skipName("if") ? expressions.expression() : null;
    boolean recursive = stream.skipName("recursive");
    loops++;
    Body body = block("endfor", "else");
    loops--;
    Body otherwise = stream.skipName("else") ? block("endfor") : new Body(List.of());
    stream.expectName("endfor");
    return new ForLoop(target, items, test, recursive, body, otherwise);
  }

  private Statement condition() {
    List<Expression> tests = new ArrayList<>();
    List<Body> bodies = new ArrayList<>();
    do {
      int line = stream.line();
      tests.add(expressions.tuple(false, null).at(line));
      bodies.add(block("elif", "else", "endif"));
    } while (stream.skipName("elif"));
    bodies.add(stream.skipName("else") ? block("endif") : new Body(List.of()));
    stream.expectName("endif");
    return frame -> {
      int which = 0;
      while (which < tests.size() && !Values.truth(tests.get(which).evaluate(frame))) {
        which++;
      }
      return bodies.get(which).run(frame);
    };
  }

  private Statement set() {
    Target target = targets.target(null);
    if (stream.skipOperator("=")) {
      Expression value = expressions.tuple(true, null);
      return does(frame -> target.assign(frame, value.evaluate(frame)));
    }
    List<Chain.Link> filters = expressions.filters().filters();
    Expression filtered = Chain.of(closed("endset")::text, filters);
    return does(frame -> target.assign(frame, filtered.evaluate(frame)));
  }

  /** A body whose breaks cannot leave a loop around it, and the tag that closes it. */
  Body closed(String end) {
    int around = loops;
    loops = 0;
    Body body = block(end);
    loops = around;
    stream.expectName(end);
    return body;
  }

  static Statement does(Consumer<Frame> action) {
    return frame -> {
      action.accept(frame);
      return Statement.Flow.NEXT;
    };
  }

  private Statement filterBlock() {
    List<Chain.Link> filters = new ArrayList<>(List.of(expressions.filters().filter()));
    filters.addAll(expressions.filters().filters());
    return print(Chain.of(closed("endfilter")::text, filters));
  }

  private Statement with() {
    List<Target> names = new ArrayList<>();
    List<Expression> values = new ArrayList<>();
    while (!stream.at(Token.Kind.BLOCK_END)) {
      if (!names.isEmpty()) {
        stream.expectOperator(",");
      }
      names.add(targets.target(null));
      stream.expectOperator("=");
      values.add(expressions.expression());
    }
    Body body = block("endwith");
    stream.expectName("endwith");
    return frame -> {
      Frame inner = frame.inner();
      for (int i = 0; i < names.size(); i++) {
        names.get(i).assign(inner, values.get(i).evaluate(frame));
      }
      return body.run(inner);
    };
  }

  boolean hasGenerationBlocks() {
    return generationBlocks;
  }

  private Statement generation() {
    generationBlocks = true;
    Body body = closed("endgeneration");
    return does(
        frame -> {
          Rendering rendering = frame.rendering();
          int start = rendering.length();
          rendering.write(body.text(frame));
          if (rendering.length() > start) {
            rendering.noteGeneration(start);
          }
        });
  }
}
