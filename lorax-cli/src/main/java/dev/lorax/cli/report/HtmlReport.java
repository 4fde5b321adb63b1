package dev.lorax.cli.report;

import static dev.lorax.cli.report.Markup.element;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lorax.cli.console.Figures;
import dev.lorax.cli.report.LinePlot.Content;
import dev.lorax.train.Step;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A run as one HTML page that needs nothing else: headline numbers, plots, the recipe, what the
 * data were, and how the model wrote at each stage.
 *
 * <p>It loads nothing from anywhere, which its content security policy also forbids, and is
 * readable without JavaScript. Whatever texts it shows, they stay texts.
 */
public final class HtmlReport {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String STYLE = resource("report.css");
  private static final String DARK = resource("report-dark.css");
  private static final String SCRIPT = resource("report.js");
  private static final int SMALL_WIDTH = 520;
  private static final int SMALL_HEIGHT = 320;

  private final Metrics metrics;
  private final JsonNode summary;

  private HtmlReport(Metrics metrics, JsonNode summary) {
    this.metrics = metrics;
    this.summary = summary;
  }

  /**
   * A complete HTML file, in UTF-8.
   *
   * @param title for example the name of the run's folder
   * @param metrics all that happened
   * @param summary as {@link TrainingSummary} makes it; what it holds as {@code data} and {@code
   *     findings} is shown too
   * @param recipe the text of the recipe; empty: the summary's
   */
  public static String of(
      String title, Metrics metrics, ObjectNode summary, Optional<String> recipe) {
    JsonNode plain = JSON.valueToTree(summary); // samples are objects in there
    return new HtmlReport(metrics, plain).page(title, recipe);
  }

  private String page(String title, Optional<String> recipe) {
    return """
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8"/>
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; \
        style-src 'unsafe-inline'; script-src 'sha256-%1$s'"/>
        <meta name="viewport" content="width=device-width, initial-scale=1"/>
        <title>%2$s</title>
        <style>
        %3$s</style>
        <style id="dark" media="screen and (prefers-color-scheme: dark)">
        %4$s</style>
        </head>
        <body>
        <header><h1>%2$s</h1><p>%5$s</p></header>
        %6$s%7$s%8$s%9$s
        <script>%10$s</script>
        </body>
        </html>
        """
        .formatted(
            hash(SCRIPT),
            Markup.escape(title),
            STYLE,
            DARK,
            Markup.escape(outcome()),
            failure(),
            Headline.of(metrics, summary),
            plots(),
            sections(recipe),
            SCRIPT);
  }

  private String outcome() {
    long planned = metrics.steps().stream().mapToLong(Step::of).max().orElse(0);
    return "%s: %s of %s steps"
        .formatted(
            summary.path("outcome").asText("run"),
            Figures.count(metrics.steps().size()),
            Figures.count(planned));
  }

  private String failure() {
    String failure = summary.path("failure").asText("");
    return failure.isEmpty() ? "" : element("p class=\"stopped\"", failure);
  }

  private String plots() {
    Timeline timeline = Timeline.of(metrics);
    Content loss = LossChart.content(metrics);
    StringBuilder plots = new StringBuilder("<div class=\"plots\">\n");
    if (!loss.series().isEmpty()) {
      plots.append(figure(LinePlot.draw(loss, timeline, LossChart.WIDTH, LossChart.HEIGHT)));
    }
    for (Content content : RunPlots.of(metrics)) {
      plots.append(figure(LinePlot.draw(content, timeline, SMALL_WIDTH, SMALL_HEIGHT)));
    }
    return plots + "</div>\n";
  }

  private static String figure(Svg svg) {
    return "<figure>" + svg.inline() + "</figure>\n";
  }

  private String sections(Optional<String> recipe) {
    return section("What was trained", Facts.of(trained()))
        + section("Findings", Facts.of(summary.path("findings")))
        + section("Data", Facts.of(summary.path("data")))
        + section("Samples", SampleTable.of(metrics, summary))
        + section("Recipe", recipe(recipe.orElseGet(this::ownRecipe)));
  }

  private ObjectNode trained() {
    ObjectNode trained = JSON.createObjectNode();
    if (summary.path("adapter").isObject()) {
      trained.setAll((ObjectNode) summary.get("adapter"));
    }
    Stream.of("trainableParameters", "allParameters", "dtype")
        .filter(summary::has)
        .forEach(name -> trained.set(name, summary.get(name)));
    return trained;
  }

  private static String recipe(String text) {
    return text.isEmpty() ? "" : element("pre", text);
  }

  private String ownRecipe() {
    return summary.path("recipe").properties().stream()
        .map(field -> field.getKey() + ": " + yaml(field.getValue()))
        .collect(Collectors.joining("\n"));
  }

  private static String yaml(JsonNode value) {
    return value.isFloatingPointNumber() ? Figures.number(value.asDouble()) : value.asText();
  }

  private static String section(String title, String content) {
    return content.isEmpty() ? "" : "<section>" + element("h2", title) + content + "</section>\n";
  }

  /** For the security policy: this script may run and no other. */
  private static String hash(String script) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      byte[] hash = digest.digest(script.getBytes(StandardCharsets.UTF_8));
      return Base64.getEncoder().encodeToString(hash);
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException(impossible); // every Java has it
    }
  }

  private static String resource(String name) {
    try (InputStream stream = HtmlReport.class.getResourceAsStream(name)) {
      return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }
}
