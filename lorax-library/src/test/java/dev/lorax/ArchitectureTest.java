package dev.lorax;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who may use whom, as the package table of the architecture says. */
class ArchitectureTest {
  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("dev.lorax");

  /** What each package may use; the table of ARCHITECTURE.md. */
  private static final Map<String, Set<String>> MAY_USE =
      Map.ofEntries(
          Map.entry("tensor", Set.of()),
          Map.entry("graph", Set.of("tensor")),
          Map.entry("op", Set.of("tensor", "graph")),
          Map.entry("text", Set.of()),
          Map.entry("jinja", Set.of()),
          Map.entry("chat", Set.of("text", "jinja")),
          Map.entry("spelling", Set.of()),
          Map.entry("data", Set.of("text", "chat", "spelling")),
          Map.entry("hub", Set.of("spelling")),
          Map.entry("lora", Set.of("tensor", "graph", "op", "spelling")),
          Map.entry("algebra", Set.of("tensor", "graph", "op", "lora", "model")),
          Map.entry("model", Set.of("tensor", "graph", "op", "text")),
          Map.entry("checkpoint", Set.of("tensor", "graph", "op", "text", "model")),
          Map.entry("peft", Set.of("tensor", "graph", "op", "lora", "model", "checkpoint")),
          Map.entry("elixir", Set.of("tensor", "graph", "lora", "model", "checkpoint")),
          Map.entry(
              "gguf",
              Set.of(
                  "tensor", "graph", "op", "text", "chat", "lora", "model", "checkpoint", "peft")),
          Map.entry("mlx", Set.of("tensor", "graph", "op", "lora", "model", "checkpoint", "peft")),
          Map.entry("diffusion", Set.of("tensor", "checkpoint")),
          Map.entry("run", Set.of("tensor", "graph", "op")),
          Map.entry("train", Set.of("tensor", "graph", "op", "run", "text", "data", "checkpoint")),
          Map.entry("generate", Set.of("tensor", "graph", "run", "text", "model")),
          Map.entry("eva", Set.of("tensor", "graph", "op", "lora", "model", "run", "train")),
          Map.entry(
              "classify",
              Set.of(
                  "tensor",
                  "graph",
                  "text",
                  "data",
                  "lora",
                  "model",
                  "checkpoint",
                  "peft",
                  "run",
                  "train")));

  private static final String BAD_NAME =
      ".*(Util|Helper|Manager|Impl|Common)s?([A-Z].*)?|Abstract.*";

  @Test
  void theClassesWereReallyScanned() {
    assertThat(CLASSES).hasSizeGreaterThan(90);
    Set<String> packages =
        CLASSES.stream()
            .map(type -> type.getPackageName().replaceFirst("^dev\\.lorax\\.?", ""))
            .collect(Collectors.toCollection(TreeSet::new));
    assertThat(packages).isEqualTo(new TreeSet<>(MAY_USE.keySet()));
    assertThat(CLASSES).noneMatch(type -> type.getSimpleName().endsWith("Test"));
    assertThat(CLASSES.get("dev.lorax.tensor.Kernels").getDirectDependenciesFromSelf())
        .anyMatch(use -> use.getTargetClass().getPackageName().startsWith("org.bytedeco"));
  }

  @Test
  void everyPackageUsesOnlyWhatItsPlaceAllows() {
    MAY_USE.forEach(
        (name, allowed) -> {
          String[] forbidden =
              MAY_USE.keySet().stream()
                  .filter(other -> !other.equals(name) && !allowed.contains(other))
                  .map(other -> "dev.lorax.%s..".formatted(other))
                  .toArray(String[]::new);
          noClasses()
              .that(resideInAPackage("dev.lorax.%s..".formatted(name)))
              .should()
              .dependOnClassesThat()
              .resideInAnyPackage(forbidden)
              .check(CLASSES);
        });
  }

  @Test
  void thereAreNoCycles() {
    slices().matching("dev.lorax.(*)..").should().beFreeOfCycles().check(CLASSES);
  }

  @Test
  void onlyTensorSeesLibtorch() {
    noClasses()
        .that()
        .resideOutsideOfPackage("dev.lorax.tensor..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("org.bytedeco..")
        .check(CLASSES);
  }

  @Test
  void onlyTextSeesTheTokenizersOfHuggingFace() {
    noClasses()
        .that()
        .resideOutsideOfPackage("dev.lorax.text..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("ai.djl..")
        .check(CLASSES);
  }

  @Test
  void namesSayWhatThingsAre() {
    classes().should().haveNameNotMatching(".*[.$](" + BAD_NAME + ")").check(CLASSES);
    assertThat(CLASSES)
        .extracting(JavaClass::getPackageName)
        .noneMatch(name -> name.matches(".*\\.(utils?|common|helpers?|managers?|impl)(\\..*)?"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"TensorUtils", "StringUtil", "HelperOfAll", "Managers", "AbstractOp"})
  void namesThatSayNothingWouldBeFound(String name) {
    assertThat(name).matches(BAD_NAME);
    assertThat("Implicit").doesNotMatch(BAD_NAME);
  }

  @Test
  void aForbiddenUseWouldBeFound() {
    assertThatThrownBy(
            () ->
                noClasses()
                    .that(resideInAPackage("dev.lorax.op.."))
                    .should()
                    .dependOnClassesThat()
                    .resideInAPackage("dev.lorax.graph..")
                    .check(CLASSES))
        .isInstanceOf(AssertionError.class);
  }
}
