package dev.lorax.jinja;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.math.BigInteger;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Templates come from strangers: what they do wrong is told in a line, and soon. */
@Timeout(value = 20, unit = TimeUnit.SECONDS)
class HostileTemplateTest {
  private static final Map<String, Object> VARIABLES =
      Map.of(
          "big", "a".repeat(1_000_000),
          "map", Map.of("a", 1),
          "tree", new TreeMap<>(Map.of("a", 1)),
          "huge", BigInteger.ONE.shiftLeft(100),
          "fails", (TemplateFunction) (given, named) -> given.get(7));

  private static String render(String source) {
    return Template.parse(source).render(VARIABLES);
  }

  private static AbstractThrowableAssert<?, ?> assertRefused(String source) {
    return assertThatThrownBy(() -> render(source)).isInstanceOf(TemplateException.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{{ 1 // 0 }}",
        "{{ 1.5 % 0 }}",
        "{{ -(-9223372036854775807 - 1) }}",
        "{{ (-9223372036854775807 - 1)|abs }}",
        "{{ (-9223372036854775807 - 1) // -1 }}",
        "{{ range(-9223372036854775807, 9223372036854775807, 2)|list }}",
        "{{ huge + 1 }}",
        "{{ '1e30'|int }}",
        "{{ '99999999999999999999'|int }}",
        "{{ '%d' % 1e30 }}",
        "{{ '%c' % 99999999 }}",
        "{{ '{:c}'.format(99999999999) }}",
        "{{ 'a'.startswith(('b', 1)) }}",
        "{{ [1]|tojson(separators=['a']) }}",
        "{{ fails() }}",
        "{{ map[map] }}{{ {map.values(): 1} }}"
      })
  void whateverFailsIsToldWithItsLine(String source) {
    assertRefused("\n\n" + source)
        .hasMessageStartingWith("line 3 of the template: ")
        .hasMessageNotContaining("\n");
  }

  @Test
  void whatPythonGivesIsGiven() {
    assertThat(render("{{ map[none] }}|{{ map.get(none) }}|{{ none in map }}|{{ tree[1] }}"))
        .isEqualTo("|None|False|");
    assertThat(render("{{ 'abcde'|truncate(10, leeway=-100) }}")).isEqualTo("abcde...");
    assertThat(render("{{ '{:%}'.format(1e308) }} {{ 1.5|round(1000000000) }}"))
        .isEqualTo("inf% 1.5");
    assertThat(render("{{ huge }} {{ [huge]|tojson }}"))
        .isEqualTo("1267650600228229401496703205376 [1267650600228229401496703205376]");
    assertThat(render("{{ 15|round(-1) }} {{ 1.5|round(-1000000000) }}")).isEqualTo("20 0.0");
    assertThat(render("{{ '%.1100f' % 0.1 }}")).hasSize(1102).startsWith("0.1000000000000000055");
    assertThat(render("{{ 'x'.zfill(-2000000000) }}{{ '%*d' % (-2147483648, 5) }}"))
        .isEqualTo("x5");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{{ [1]|tojson(indent=2000000000) }}",
        "{{ 'a\nb'|indent(2000000000) }}",
        "{{ 'x' * 2000000000 }}",
        "{{ [1] * 2000000000 }}",
        "{{ 'x'.center(2000000000) }}",
        "{{ 'x'.ljust(100000, 'y' * 100000) }}",
        "{{ '%.*f' % (2000000000, 5) }}",
        "{{ 1.5|round(1000000000, 'ceil') }}",
        "{{ range(1000000000) }}",
        "{{ [1]|batch(2000000000, 0)|list }}",
        "{{ [1]|slice(2000000000)|list }}",
        "{{ big.replace('', 'b' * 1000) }}",
        "{{ ('{0}' * 1000000).format(big) }}",
        "{{ ('b' * 100000).join('a' * 100000) }}",
        "{% set n = namespace(x='xx') %}{% for i in range(60) %}{% set n.x = n.x ~ n.x %}{% endfor %}",
        "{% set n = namespace(x=[1]) %}{% for i in range(60) %}{% set n.x = n.x + n.x %}{% endfor %}",
        "{% set n = namespace(x=[]) %}{% for i in range(9999) %}{% set n.x = n.x + [big ~ i] %}{% endfor %}"
      })
  void memoryIsBounded(String source) {
    assertRefused(source);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{{ 'b' in big }}",
        "{{ big|length }}",
        "{{ big[999999] }}",
        "{{ big|wordcount }}",
        "{{ big == 'a' * 1000000 }}",
        "{{ big.split('b') }}",
        "{{ range(100000)|map('string')|join }}",
        "{{ range(100000)|select('odd')|list }}",
        "{{ range(100000)|sort }}",
        "{% for j in range(100000) if 0 %}{% endfor %}",
        "{{ '%.300f' % 1e-300 }}{{ '%.300f' % 1e-300 }}{{ '%.300f' % 1e-300 }}"
      })
  void timeIsBounded(String body) {
    assertRefused("{% for i in range(100000) %}" + body + "{% endfor %}")
        .hasMessageContaining("more than");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{% set n = namespace() %}{% set n.a = n %}{{ n }}",
        "{% macro m(a=m()) %}{% endmacro %}{{ m() }}",
        "{% macro m(x) %}{{ [[[[m([[x]])]]]] }}{% endmacro %}{{ m(1) }}",
        "{% set n = namespace(x=[1]) %}{% for i in range(50000) %}{% set n.x = n.x|map('string') %}{% endfor %}{{ n.x|list }}",
        "{% set n = namespace(x=[]) %}{% for i in range(99999) %}{% set n.x = [n.x] %}{% endfor %}{{ n.x }}",
        "{% set n = namespace(x=[]) %}{% for i in range(99999) %}{% set n.x = [n.x] %}{% endfor %}{{ n.x|tojson }}",
        "{% set n = namespace(x=(1,)) %}{% for i in range(99999) %}{% set n.x = (n.x,) %}{% endfor %}{{ {n.x: 1} }}",
        "{% set n = namespace(x=[]) %}{% for i in range(60) %}{% set n.x = [n.x, n.x] %}{% endfor %}{{ n.x }}",
        "{% set n = namespace(x=(1,)) %}{% for i in range(60) %}{% set n.x = (n.x, n.x) %}{% endfor %}{{ {n.x: 1} }}"
      })
  void depthIsBounded(String source) {
    assertRefused(source).hasMessageContaining("more than");
  }

  @Test
  void aChainMayBeLong() {
    int n = 100_000;
    assertThat(render("{{ " + "1+".repeat(n) + "1 }}")).isEqualTo("100001");
    assertThat(render("{{ " + "0 or ".repeat(n) + "1 }}")).isEqualTo("1");
    assertThat(render("{{ " + "not ".repeat(n) + "1 }}")).isEqualTo("True");
    assertThat(render("{{ 'a'" + "[0]".repeat(n) + " }}")).isEqualTo("a");
    assertThat(render("{{ 'a'" + "|upper".repeat(n) + " }}")).isEqualTo("A");
    assertThat(render("{% if 0 %}" + "{% elif 0 %}".repeat(n) + "{% else %}e{% endif %}"))
        .isEqualTo("e");
  }

  @Test
  void aNestMayNotBeDeep() {
    int n = 20_000;
    for (String source :
        List.of(
            "{{ 1" + " if 1".repeat(n) + " }}",
            "{{ 1" + " if 0 else 1".repeat(n) + " }}",
            "{{ " + "[".repeat(n) + "]".repeat(n) + " }}",
            "{{ " + "-".repeat(n) + "1 }}",
            "{% set " + "(".repeat(n) + "a" + ")".repeat(n) + " = 1 %}",
            "{{ 1" + "_1".repeat(n) + " }}")) {
      assertRefused(source).hasMessageStartingWith("line 1 of the template: ");
    }
  }

  @Test
  void aSmallStackIsToldAsSuch() throws InterruptedException {
    Throwable[] failure = new Throwable[1];
    String source = "{% macro m(x) %}{{ [[[[m([[x]])]]]] }}{% endmacro %}\n{{ m(1) }}";
    assertRefused(source); // loads all classes: one that fails to load for want of stack is lost
    Thread small =
        new Thread(null, () -> failure[0] = catchThrowable(() -> render(source)), "small", 200_000);
    small.start();
    small.join();
    assertThat(failure[0])
        .isInstanceOf(TemplateException.class)
        .hasMessageContaining("deep in each other");
  }

  @Test
  void longTextsAreSearchedInLinearTime() {
    String source =
        "{{ (big ~ ' b ').split()|length }}{{ ('a ' * 1000000).split()|length }}"
            + "{{ ('a ' * 1000000).rsplit()|length }}{{ ('a,' * 500000).split(',')|length }}"
            + "{{ ('a,' * 500000).rsplit(',')|length }}{{ ('a' * 500000 ~ 'b') in big }}"
            + "{{ big.rfind('b' ~ 'a' * 500000) }}{{ big.strip('b' * 1000000 ~ 'a') }}"
            + "{{ ('1' * 500000 ~ 'x')|float }}{{ ('a_' * 500000)|int }}";
    long start = System.nanoTime();
    assertThat(render(source)).isEqualTo("210000001000000500001500001False-10.00");
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(10));
  }

  @Test
  void aSearchFindsWhatStringFinds() {
    String text = "abaabaababaabaababaabaabaababaab".repeat(3);
    for (int from = 0; from < 30; from++) {
      for (int length : new int[] {1, 2, 16, 17, 20, 35}) {
        String part = text.substring(from, from + length);
        assertThat(new Sought(part, false).in(text, 5)).isEqualTo(text.indexOf(part, 5));
        assertThat(new Sought(part, true).in(text, 60))
            .isEqualTo(text.lastIndexOf(part, 60 - length));
      }
    }
  }

  @Test
  void aRefusalLeavesTheNextRenderingWhole() {
    assertRefused("{% for i in range(100000) %}{{ range(100000)|list }}{% endfor %}");
    assertThat(render("{% for i in range(1000) %}{{ i }}{% endfor %}")).hasSize(2890);
  }

  @Test
  void aMessageIsOneShortLine() {
    assertRefused("{{ map[big ~ '\n'].x }}")
        .satisfies(e -> assertThat(e.getMessage()).hasSizeLessThan(600).doesNotContain("\n"));
  }
}
