package dev.lorax.cli.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lorax.cli.report.Metric.Continuation;
import dev.lorax.cli.report.Metric.Measured;
import dev.lorax.cli.report.Metric.Resumed;
import dev.lorax.cli.report.Metric.Sampled;
import dev.lorax.cli.report.Metric.Stepped;
import dev.lorax.cli.training.Measure;
import dev.lorax.train.Evaluation;
import dev.lorax.train.Step;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.stream.IntStream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.w3c.dom.Attr;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NamedNodeMap;
import org.w3c.dom.NodeList;

class HtmlReportTest {
  /** Where docs/checks/report-in-browser.sh finds pages to look at. */
  private static final Path PAGES = Path.of("target", "report-pages");

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String HOSTILE =
      "<script>alert(1)</script> &amp; \"quoted\" 'too' ]]> <!-- \u0000\u001b[31m \ufffe"
          + " <img src='https://example.com/x.png' onerror=alert(1)> \ud83c\udff4 \u202eback\n\nend";

  private static Step step(long number, long of, Random random) {
    double loss = 1.2 + 3 * Math.exp(-4.0 * number / of) + 0.15 * random.nextGaussian();
    double rate = 3e-4 * Math.min(1, number / (0.05 * of)) * (1 - 0.9 * number / of);
    double norm = Math.exp(0.3 * random.nextGaussian());
    return new Step(
        number, of, loss, rate, norm, 900, 1024, Duration.ofMillis(180 + random.nextInt(40)));
  }

  private static Metrics run(int steps, int measures, long... resumed) {
    Random random = new Random(7);
    List<Metric> events = new ArrayList<>();
    for (int i = 0; i <= steps; i++) {
      if (i > 0) {
        long bytes = 1_200_000_000L + 300_000_000L * Math.min(i, 20) / 20;
        events.add(new Stepped(step(i, steps, random), OptionalLong.of(bytes)));
      }
      if (measures > 0 && i % Math.max(1, steps / measures) == 0) {
        double t = (double) i / Math.max(1, steps);
        double loss = 1.4 + 2.8 * Math.exp(-5 * t) + 0.3 * t * t;
        Measure measure = new Measure(i, new Evaluation(loss, 4000));
        events.add(new Measured(measure, Duration.ofMillis(900)));
        String text = "and after " + i + " steps it went on like this: " + HOSTILE;
        events.add(
            new Sampled(i, List.of(new Continuation(HOSTILE, text)), Duration.ofMillis(300)));
      }
      for (long at : resumed) {
        if (at == i) {
          events.add(new Resumed(i));
        }
      }
    }
    return new Metrics(events);
  }

  private static ObjectNode summary() {
    ObjectNode summary = JSON.createObjectNode().put("outcome", "done");
    summary.put("trainableParameters", 1_234_567).put("peakMemoryBytes", 1_712_000_000L);
    summary
        .putObject("adapter")
        .put("rank", 16)
        .put("alpha", 32.0)
        .putArray("targets")
        .add("query");
    summary.putObject("recipe").put("steps", 190).put("learningRate", 3e-4);
    summary.putPOJO("sample", new Sample(HOSTILE, "of the base " + HOSTILE, "of the adapted"));
    summary.putObject("data").put("examples", 1200).put("longest", 512).put("name", HOSTILE);
    summary.putArray("findings").add("3 examples were cut at 512 tokens").add(HOSTILE);
    return summary;
  }

  private static String page(String name, Metrics metrics, ObjectNode summary) throws IOException {
    String page = HtmlReport.of(name, metrics, summary, Optional.empty());
    Files.createDirectories(PAGES);
    Files.writeString(PAGES.resolve(name + ".html"), page);
    return page;
  }

  private static Document parse(String page) throws Exception {
    return DocumentBuilderFactory.newInstance()
        .newDocumentBuilder()
        .parse(new ByteArrayInputStream(page.getBytes(StandardCharsets.UTF_8)));
  }

  private static List<Element> elements(Document page, String name) {
    NodeList list = page.getElementsByTagName(name);
    return IntStream.range(0, list.getLength()).mapToObj(i -> (Element) list.item(i)).toList();
  }

  @Test
  void showsTheNumbersThePlotsAndTheTexts() throws Exception {
    String page = page("resumed", run(300, 6, 100, 110, 220), summary());
    Document document = parse(page);
    assertThat(elements(document, "svg"))
        .extracting(svg -> svg.getAttribute("aria-label"))
        .containsExactly("Loss", "Learning rate", "Gradient norm", "Speed", "Memory");
    assertThat(elements(document, "dd"))
        .extracting(Element::getTextContent)
        .contains("4.2000 → 1.7189", "300", "307,200", "270,000 learned from", "1.7 GB")
        .contains("best 1.6332 at step 200", "66.69 → 5.58");
    assertThat(document.getDocumentElement().getTextContent())
        .contains("resumed at 100", "resumed at 220", "trainable parameters", "1,234,567")
        .contains("learningRate: 0.0003", "3 examples were cut", "examples", "1,200");
    assertThat(elements(document, "th"))
        .extracting(Element::getTextContent)
        .containsSubsequence("base", "step 0", "step 50", "step 300", "adapted");
  }

  @Test
  void hostileTextsStayTexts() throws Exception {
    Document document = parse(page("hostile", run(20, 2), summary()));
    assertThat(elements(document, "script")).hasSize(1);
    assertThat(elements(document, "img")).isEmpty();
    assertThat(elements(document, "li").get(1).getTextContent())
        .startsWith("<script>alert(1)</script> &amp; \"quoted\" 'too' ]]> <!-- \ufffd\ufffd[31m");
  }

  @Test
  void loadsNothingFromAnywhere() throws Exception {
    String page = page("plain", run(20, 2), summary());
    for (Element element : elements(parse(page), "*")) {
      NamedNodeMap attributes = element.getAttributes();
      for (int i = 0; i < attributes.getLength(); i++) {
        Attr attribute = (Attr) attributes.item(i);
        assertThat(attribute.getName())
            .doesNotMatch("(?i)(xlink:)?href|src|srcset|action|data|poster|style|on.*|xmlns.*");
        assertThat(attribute.getValue()).doesNotContain("://");
      }
    }
    for (Element code : elements(parse(page), "style")) {
      assertThat(code.getTextContent()).doesNotContain("url(", "@import", "://");
    }
    String script = elements(parse(page), "script").get(0).getTextContent();
    assertThat(script).doesNotContain("://", "fetch", "XMLHttpRequest", "import", "innerHTML");
    assertThat(page).contains("default-src 'none'");
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 100_000})
  void isWholeAndSmallHoweverLongTheRun(int steps) throws Exception {
    String page = page("steps-" + steps, run(steps, steps < 10 ? 1 : 20), summary());
    assertThat(page.length()).isLessThan(1_000_000);
    assertThat(page.substring(page.indexOf("<svg"), page.indexOf("<script")))
        .doesNotContain("NaN", "Infinity");
    for (Element line : elements(parse(page), "polyline")) {
      assertThat(line.getAttribute("points")).matches("[-\\d., ]+");
    }
  }

  @Test
  void leavesOutWhatIsNotKnown() throws Exception {
    List<Metric> bare = new ArrayList<>();
    run(12, 0).steps().forEach(step -> bare.add(new Stepped(step, OptionalLong.empty())));
    ObjectNode summary =
        JSON.createObjectNode().put("outcome", "failed").put("failure", "loss NaN");
    String page = page("bare", new Metrics(bare), summary);
    Document document = parse(page);
    assertThat(elements(document, "svg")).hasSize(4);
    assertThat(page)
        .doesNotContain("Held-out", "held-out", "Peak memory", "Samples", "Findings", "Recipe");
    assertThat(elements(document, "dt"))
        .extracting(Element::getTextContent)
        .contains("Training loss");
    assertThat(elements(document, "p")).extracting(Element::getTextContent).contains("loss NaN");
  }

  @Test
  void valuesThatAreNoNumbersLeaveGapsAndNoTraces() throws Exception {
    List<Metric> events = new ArrayList<>(run(30, 3).events());
    Step broken =
        new Step(31, 40, Double.NaN, 1e-4, Double.POSITIVE_INFINITY, 1, 1, Duration.ofMillis(9));
    events.add(new Stepped(broken, OptionalLong.empty()));
    Measure none = new Measure(31, new Evaluation(Double.NaN, 1));
    events.add(new Measured(none, Duration.ZERO));
    Document document = parse(page("not-a-number", new Metrics(events), summary()));
    for (Element line : elements(document, "polyline")) {
      assertThat(line.getAttribute("points")).matches("[-\\d., ]+");
    }
  }
}
