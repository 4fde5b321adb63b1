package dev.lorax.cli.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lorax.cli.training.History;
import dev.lorax.cli.training.Measure;
import dev.lorax.train.Evaluation;
import dev.lorax.train.Step;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

class LossChartTest {
  private static History history(int steps, List<Measure> measures) {
    List<Step> list =
        LongStream.rangeClosed(1, steps)
            .mapToObj(i -> new Step(i, steps, 1 + 3.0 / i, 1e-3, 1, 8, 8, Duration.ofMillis(5)))
            .toList();
    return new History(list, measures, false, Optional.empty(), Duration.ofSeconds(1));
  }

  private static Document parse(String svg) throws Exception {
    return DocumentBuilderFactory.newInstance()
        .newDocumentBuilder()
        .parse(new ByteArrayInputStream(svg.getBytes(StandardCharsets.UTF_8)));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 7, 300, 5000})
  void isAWellFormedPictureWithEveryPointInsideIt(int steps) throws Exception {
    List<Measure> measures =
        List.of(
            new Measure(0, new Evaluation(4.2, 10)), new Measure(steps, new Evaluation(1.1, 10)));
    String svg = LossChart.of(Metrics.of(history(steps, measures)));
    NodeList lines = parse(svg).getElementsByTagName("polyline");
    for (int i = 0; i < lines.getLength(); i++) {
      for (String point : ((Element) lines.item(i)).getAttribute("points").split(" ")) {
        String[] xy = point.split(",");
        assertThat(Double.parseDouble(xy[0])).isBetween(0.0, 800.0);
        assertThat(Double.parseDouble(xy[1])).isBetween(0.0, 450.0);
      }
    }
    assertThat(svg).contains("optimiser steps", "nats per token", "held-out text", "1.100");
    assertThat(svg.length()).isLessThan(80_000);
  }

  @Test
  void leavesOutWhatWasNotMeasured() throws Exception {
    String svg = LossChart.of(Metrics.of(history(20, List.of())));
    assertThat(parse(svg).getElementsByTagName("circle").getLength()).isZero();
    assertThat(svg).doesNotContain("held-out");
  }

  @Test
  void smoothingAConstantChangesNothing() throws Exception {
    List<Step> flat =
        LongStream.rangeClosed(1, 50)
            .mapToObj(i -> new Step(i, 50, 2.5, 1e-3, 1, 8, 8, Duration.ofMillis(5)))
            .toList();
    String svg =
        LossChart.of(
            Metrics.of(new History(flat, List.of(), false, Optional.empty(), Duration.ZERO)));
    NodeList lines = parse(svg).getElementsByTagName("polyline");
    List<String> curves =
        IntStream.range(0, lines.getLength())
            .mapToObj(i -> ((Element) lines.item(i)).getAttribute("points"))
            .filter(points -> points.split(" ").length == 50)
            .toList();
    assertThat(curves).hasSize(2);
    assertThat(curves.get(1)).isEqualTo(curves.get(0)).doesNotContain("NaN");
  }
}
