package dev.lorax.cli.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lorax.cli.report.CostCurves.Column;
import dev.lorax.cli.report.CostCurves.Cost;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

class CostCurvesTest {
  private static final List<Column> COLUMNS =
      List.of(
          new Column("batch", "step", List.of(cost(4, 40), cost(1, 10), cost(2, 20))),
          new Column("adapters", "token", List.of(cost(1, 7))));

  private static Cost cost(double x, double millis) {
    return new Cost(x, millis, 3e8);
  }

  private static Document parse(String svg) throws Exception {
    return DocumentBuilderFactory.newInstance()
        .newDocumentBuilder()
        .parse(new ByteArrayInputStream(svg.getBytes(StandardCharsets.UTF_8)));
  }

  private static List<double[]> dots(String svg) throws Exception {
    NodeList circles = parse(svg).getElementsByTagName("circle");
    List<double[]> dots = new ArrayList<>();
    for (int i = 0; i < circles.getLength(); i++) {
      Element circle = (Element) circles.item(i);
      dots.add(
          new double[] {
            Double.parseDouble(circle.getAttribute("cx")),
            Double.parseDouble(circle.getAttribute("cy"))
          });
    }
    return dots;
  }

  @Test
  void showsEveryMeasurementTwiceInsideThePage() throws Exception {
    String svg = CostCurves.of("Cost", "a machine", COLUMNS);
    assertThat(svg).contains("Cost", "a machine", "batch", "ms a step", "ms a token", "MB at");
    List<double[]> dots = dots(svg);
    assertThat(dots).hasSize(2 * (3 + 1));
    Element page = parse(svg).getDocumentElement();
    double width = Double.parseDouble(page.getAttribute("width"));
    double height = Double.parseDouble(page.getAttribute("height"));
    assertThat(dots).allMatch(d -> d[0] > 0 && d[0] < width && d[1] > 0 && d[1] < height);
  }

  @Test
  void whatGrowsInProportionLiesOnALineFromTheCornerAndWhatDoesNotIsLevel() throws Exception {
    List<double[]> dots = dots(CostCurves.of("", "", COLUMNS));
    List<double[]> time = dots.subList(0, 3); // by x
    double slope = (time.get(1)[1] - time.get(0)[1]) / (time.get(1)[0] - time.get(0)[0]);
    assertThat(time.get(2)[1])
        .isCloseTo(
            time.get(0)[1] + slope * (time.get(2)[0] - time.get(0)[0]),
            org.assertj.core.data.Offset.offset(0.5));
    assertThat(slope).isNegative(); // upwards
    assertThat(dots.subList(3, 6)).extracting(d -> d[1]).containsOnly(dots.get(3)[1]);
  }
}
