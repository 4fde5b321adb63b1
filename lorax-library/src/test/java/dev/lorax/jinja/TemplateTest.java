package dev.lorax.jinja;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TemplateTest {
  @Test
  void aTraceNamesTheItemOfEachRoundAndItsPlace() {
    Map<String, Object> a = Map.of("name", "a");
    Map<String, Object> b = Map.of("name", "bb");
    Template template = Template.parse("<{% for x in xs[::-1] %}{{ x.name }},{% endfor %}>");
    Traced traced = template.trace(Map.of("xs", List.of(a, b)));
    assertThat(traced.text()).isEqualTo("<bb,a,>");
    assertThat(traced.rounds()).containsExactly(new Traced.Part(b, 1, 4), new Traced.Part(a, 4, 6));
    assertThat(traced.rounds().get(0).item()).isSameAs(b);
  }

  @Test
  void generationBlocksAreTracedInUtf16UnitsAndNotWithinMacros() {
    Template template =
        Template.parse(
            "😀{% generation %}ab{% endgeneration %}"
                + "{% macro m() %}{% generation %}c{% endgeneration %}{% endmacro %}{{ m() }}");
    Traced traced = template.trace(Map.of());
    assertThat(traced.text()).isEqualTo("😀abc");
    assertThat(traced.generations())
        .containsExactly(new Traced.Part(null, 2, 4), new Traced.Part(null, -1, -1));
  }

  @Test
  void variablesStayAsTheyAre() {
    Map<String, Object> inner = new LinkedHashMap<>(Map.of("k", 1));
    Template.parse("{% set m = dict(m, z=2) %}{% set x.y = 3 %}")
        .render(Map.of("m", inner, "x", new Namespace(new LinkedHashMap<>())));
    assertThat(inner).containsOnly(Map.entry("k", 1));
  }

  @Test
  void objectsOtherThanPlainValuesAreOutOfReach() {
    Template template = Template.parse("{{ x.name is defined }} {{ x.getClass is defined }}");
    assertThat(template.render(Map.of("x", new Thread("t")))).isEqualTo("False False");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{% for i in range(100000) %}{% for j in range(100000) %}{% endfor %}{% endfor %}",
        "{% set n = namespace(s='xxxxxxxx') %}{% for i in range(60) %}{% set n.s = n.s + n.s %}{% endfor %}",
        "{% set n = namespace(s=[1]) %}{% for i in range(60) %}{% set n.s = n.s + n.s %}{% endfor %}",
        "{{ 'x' * 1000000000000 }}",
        "{{ '%999999d' % 1 }}{{ 'x'.center(2000000000) }}",
        "{{ 'x'.ljust(2000000000) }}",
        "{{ 9 ** 999999 }}",
        "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
        "{% for i in [1] recursive %}{{ loop([1]) }}{% endfor %}"
      })
  void runawayTemplatesEndSoonWithAnError(String source) {
    Template template = Template.parse(source);
    assertThatThrownBy(() -> template.render(Map.of())).isInstanceOf(TemplateException.class);
  }

  @Test
  void deepNestingIsAnErrorAndNoOverflow() {
    for (String open : List.of("(", "[", "-", "not (")) {
      assertThatThrownBy(() -> Template.parse("{{ " + open.repeat(5000) + "1"))
          .isInstanceOf(TemplateException.class);
    }
    String ifs = "{% if 1 %}".repeat(5000) + "{% endif %}".repeat(5000);
    assertThatThrownBy(() -> Template.parse(ifs)).isInstanceOf(TemplateException.class);
  }

  @Test
  void oneTemplateRendersOnManyThreadsAtOnce() {
    Template template = Template.parse("{% for i in range(n) %}{{ loop.index }},{% endfor %}");
    assertThat(
            IntStream.range(0, 200)
                .parallel()
                .mapToObj(n -> template.render(Map.of("n", n)))
                .mapToInt(text -> (int) text.chars().filter(c -> c == ',').count())
                .toArray())
        .isEqualTo(IntStream.range(0, 200).toArray());
  }
}
