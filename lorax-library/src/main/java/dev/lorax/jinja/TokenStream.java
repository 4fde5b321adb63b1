package dev.lorax.jinja;

import java.util.List;

/** The words of a template, one after the other. */
final class TokenStream {
  private final List<Token> tokens;
  private int next;

  TokenStream(List<Token> tokens) {
    this.tokens = tokens;
  }

  int position() {
    return next;
  }

  /** The words from a position up to the current one. */
  List<Token> since(int position) {
    return tokens.subList(position, next);
  }

  Token current() {
    return tokens.get(next);
  }

  Token look() {
    return tokens.get(Math.min(next + 1, tokens.size() - 1));
  }

  int line() {
    return current().line();
  }

  boolean at(Token.Kind kind) {
    return current().kind() == kind;
  }

  boolean atOperator(String sign) {
    return current().isOperator(sign);
  }

  boolean atName(String name) {
    return current().isName(name);
  }

  Token take() {
    Token token = current();
    next = Math.min(next + 1, tokens.size() - 1);
    return token;
  }

  boolean skipOperator(String sign) {
    return skip(atOperator(sign));
  }

  boolean skipName(String name) {
    return skip(atName(name));
  }

  private boolean skip(boolean there) {
    if (there) {
      take();
    }
    return there;
  }

  void expectOperator(String sign) {
    if (!skipOperator(sign)) {
      throw unexpected("'" + sign + "'");
    }
  }

  void expectName(String name) {
    if (!skipName(name)) {
      throw unexpected("'" + name + "'");
    }
  }

  Token expect(Token.Kind kind) {
    if (!at(kind)) {
      throw unexpected("'" + new Token(kind, "", 0).description() + "'");
    }
    return take();
  }

  String name() {
    if (!at(Token.Kind.NAME)) {
      throw unexpected("a name");
    }
    return take().value().toString();
  }

  private TemplateException unexpected(String expected) {
    if (at(Token.Kind.END)) {
      return fail("unexpected end of template, expected " + expected + ".");
    }
    return fail("expected %s, got '%s'".formatted(expected, current().description()));
  }

  TemplateException fail(String problem) {
    return new TemplateException(problem, line());
  }
}
