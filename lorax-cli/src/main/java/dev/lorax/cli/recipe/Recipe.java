package dev.lorax.cli.recipe;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.lorax.checkpoint.AtomicFile;
import dev.lorax.cli.console.Failure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * Options of a command, by name and without dashes, as a YAML file keeps them.
 *
 * @param values of each option: one, or several where it may be given several times
 */
public record Recipe(Map<String, List<String>> values) {
  private static final YAMLMapper YAML =
      YAMLMapper.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String TWICE = "Duplicate field "; // Jackson's words
  private static final String WANTED = "a recipe in YAML, one 'option: value' a line";

  /** Copies the map, in its order. */
  public Recipe {
    values = new LinkedHashMap<>(values);
  }

  /**
   * Reads a file.
   *
   * @throws Failure if it cannot be read, or holds no names with values
   */
  public static Recipe read(Path file) {
    requireFile(file);
    try {
      JsonNode tree = YAML.readTree(file.toFile());
      if (!tree.isObject()) {
        throw Failure.of(file + " is no recipe: write one 'option: value' a line");
      }
      Map<String, List<String>> values = new LinkedHashMap<>();
      tree.properties().forEach(field -> values.put(field.getKey(), texts(file, field)));
      return new Recipe(values);
    } catch (JsonProcessingException wrong) {
      throw unreadable(file, wrong);
    } catch (IOException failed) {
      throw Failure.unreadable(file, failed);
    }
  }

  private static void requireFile(Path file) {
    if (Files.isDirectory(file)) {
      Path inside = file.resolve(RecipeArguments.FILE);
      throw Failure.of(
          "%s is a folder: give %s"
              .formatted(file, Files.exists(inside) ? "the recipe in it, " + inside : WANTED));
    }
    if (!Files.exists(file)) {
      throw Failure.of("%s: no such file; give %s".formatted(file, WANTED));
    }
  }

  private static Failure unreadable(Path file, JsonProcessingException wrong) {
    int line = wrong.getLocation() == null ? 1 : wrong.getLocation().getLineNr();
    String why = wrong.getOriginalMessage().lines().findFirst().orElse("");
    return why.startsWith(TWICE)
        ? Failure.of(
            "%s, line %d: %s is given twice: leave one of them out, or give a list as [a, b]"
                .formatted(file, line, why.substring(TWICE.length())),
            wrong)
        : Failure.of("%s, line %d is not YAML: %s".formatted(file, line, why), wrong);
  }

  private static List<String> texts(Path file, Map.Entry<String, JsonNode> field) {
    JsonNode value = field.getValue();
    List<JsonNode> all = new ArrayList<>();
    if (value.isArray()) {
      value.forEach(all::add);
    } else if (!value.isNull()) { // a name with nothing after it: as if it were not there
      all.add(value);
    }
    if (all.stream().anyMatch(one -> !one.isValueNode())) {
      throw Failure.of(
          "%s: '%s' needs a value or a list of values, not more of a tree"
              .formatted(file, field.getKey()));
    }
    return all.stream().map(JsonNode::asText).toList();
  }

  /**
   * The options of a command as they stand, defaults included; flags that are not set are left out.
   *
   * @param left names that do not belong in a recipe
   */
  public static Recipe of(CommandSpec command, Set<String> left) {
    Map<String, List<String>> values = new LinkedHashMap<>();
    for (OptionSpec option : command.options()) {
      String name = name(option);
      Object value = left.contains(name) || option.inherited() ? null : option.getValue();
      if (value != null && !List.of().equals(value) && !Boolean.FALSE.equals(value)) {
        Stream<?> all =
            value instanceof Collection<?> several ? several.stream() : Stream.of(value);
        values.put(name, all.map(Recipe::text).toList());
      }
    }
    return new Recipe(values);
  }

  /** The name of an option in a recipe. */
  static String name(OptionSpec option) {
    return option.longestName().replaceFirst("^-+", "");
  }

  /** As the option reads it; files wherever the recipe will be read from. */
  private static String text(Object value) {
    return value instanceof Path path ? path.toAbsolutePath().normalize().toString() : value + "";
  }

  /** The names whose values differ from those of another recipe. */
  public List<String> differences(Recipe other) {
    return Stream.concat(values.keySet().stream(), other.values.keySet().stream())
        .distinct()
        .filter(name -> !values.getOrDefault(name, List.of()).equals(other.of(name)))
        .toList();
  }

  /** The same with another value of an option. */
  public Recipe with(String name, String value) {
    Map<String, List<String>> changed = new LinkedHashMap<>(values);
    changed.put(name, List.of(value));
    return new Recipe(changed);
  }

  /** The same without an option. */
  public Recipe without(String name) {
    Map<String, List<String>> fewer = new LinkedHashMap<>(values);
    fewer.remove(name);
    return new Recipe(fewer);
  }

  /** The values of an option; none if it is not there. */
  public List<String> of(String name) {
    return values.getOrDefault(name, List.of());
  }

  /** As YAML text. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    values.forEach(
        (name, all) -> {
          List<String> scalars = all.stream().map(Recipe::scalar).toList();
          String value =
              scalars.size() == 1 ? scalars.get(0) : "[" + String.join(", ", scalars) + "]";
          text.append(name).append(": ").append(value).append('\n');
        });
    return text.toString();
  }

  /** Plain where it is read as the same text, else in quotes. */
  private static String scalar(String value) {
    try {
      boolean same = value.matches("[\\w/.=+-]+") && YAML.readTree(value).asText().equals(value);
      return same ? value : JSON.writeValueAsString(value); // JSON is YAML
    } catch (JsonProcessingException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  /**
   * Writes a file.
   *
   * @throws dev.lorax.checkpoint.CheckpointException if it cannot be written
   */
  public void write(Path file) {
    AtomicFile.write(file, this + "");
  }
}
