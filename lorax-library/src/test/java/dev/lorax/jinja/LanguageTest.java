package dev.lorax.jinja;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** The language is the one that jinja2 speaks; docs/interop/jinja_cases.py writes the cases. */
class LanguageTest {
  /** What a case file holds. */
  record Cases(Map<String, Object> variables, List<Case> cases) {}

  /** A template, and what jinja2 makes of it: a text, or an error at a line (0: not known). */
  record Case(String template, String expected, int line, String error) {}

  @TestFactory
  Stream<DynamicTest> everyCaseIsRenderedAsJinja2Does() throws IOException {
    try (InputStream file = LanguageTest.class.getResourceAsStream("/jinja/cases.json")) {
      Cases cases = new ObjectMapper().readValue(file, Cases.class);
      assertThat(cases.cases()).hasSizeGreaterThan(300);
      Map<String, Object> variables = new HashMap<>(cases.variables());
      variables.put("raise_exception", (TemplateFunction) (given, named) -> raise(given));
      return cases.cases().stream()
          .map(each -> DynamicTest.dynamicTest(each.template(), () -> check(each, variables)));
    }
  }

  private static Object raise(List<Object> given) {
    throw new TemplateException(given.get(0).toString());
  }

  private static void check(Case each, Map<String, Object> variables) {
    if (each.expected() != null) {
      assertThat(Template.parse(each.template()).render(variables)).isEqualTo(each.expected());
      return;
    }
    TemplateException error =
        catchThrowableOfType(
            TemplateException.class, () -> Template.parse(each.template()).render(variables));
    assertThat(error).as("instead of: " + each.error()).isNotNull();
    assertThat(error.problem()).isNotBlank();
    assertThat(error.line()).isEqualTo(each.line() == 0 ? 1 : each.line());
  }
}
