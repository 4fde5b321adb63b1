package dev.lorax.jinja;

import java.util.Map;

/**
 * A template of the Jinja language, parsed once, rendered as often as one likes, on any thread.
 *
 * <p>It sees nothing but the values it is given: strings, numbers, booleans, null, lists, maps with
 * strings as keys, and {@link TemplateFunction}s. It cannot change them, nor reach any other
 * object.
 *
 * <p>Nor can it hold up its user: a rendering ends with a {@link TemplateException} after ten
 * million steps (operators, statements, items gone through, each 32 characters read), a hundred
 * million characters in all texts made on the way, or where blocks, calls or values lie more than
 * 300 deep in each other. That is some seconds and 500 MB at the worst; the template of a known
 * model takes some hundred steps for a message.
 */
public final class Template {
  private final Body body;
  private final boolean generationBlocks;

  private Template(Body body, boolean generationBlocks) {
    this.body = body;
    this.generationBlocks = generationBlocks;
  }

  /**
   * Reads a template.
   *
   * @throws TemplateException if it is not one, with the line
   */
  public static Template parse(String source) {
    TokenStream stream = new TokenStream(Lexer.tokens(source));
    try {
      StatementParser parser = new StatementParser(stream);
      Body body = parser.template();
      return new Template(body, parser.hasGenerationBlocks());
    } catch (RuntimeException | StackOverflowError e) {
      throw TemplateException.of(e, stream.line());
    }
  }

  /** Whether it marks parts of its text with {@code {% generation %}}. */
  public boolean hasGenerationBlocks() {
    return generationBlocks;
  }

  /**
   * The template's text for some variables.
   *
   * @throws TemplateException if the template does not fit them, or says so itself, with the line
   */
  public String render(Map<String, ?> variables) {
    return trace(variables).text();
  }

  /**
   * The text, and which of its parts were written in a round of a loop over maps, or in a
   * generation block. Rounds within macros and other blocks that keep their text are not told.
   *
   * @throws TemplateException as {@link #render}
   */
  public Traced trace(Map<String, ?> variables) {
    Budget budget = new Budget();
    return budget.spend(
        () -> {
          Rendering rendering = new Rendering(budget);
          body.run(Frame.root(rendering, variables));
          return rendering.traced();
        });
  }
}
