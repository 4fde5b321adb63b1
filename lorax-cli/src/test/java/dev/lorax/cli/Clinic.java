package dev.lorax.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lorax.checkpoint.Safetensors;
import dev.lorax.checkpoint.SafetensorsWriter;
import dev.lorax.tensor.Scope;
import dev.lorax.tensor.Tensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

/** A tiny model with a chat template, chats for it, and a doctor. */
final class Clinic {
  /** Writes {@code Q:question A:answer<|end|>}. */
  static final String TEMPLATE =
      "{% for m in messages %}{{ 'Q:' + m.content + ' A:' if m.role == 'user' else m.content +"
          + " eos_token }}{% endfor %}";

  /** Options of a run that a test can wait for. */
  static final Object[] SHORT = {"--max-length", 64, "--steps", 20, "--batch-size", 2};

  final Path folder;
  final Path model;

  Clinic(Path folder) {
    this.folder = folder;
    model = TinyModel.in(folder);
    template(TEMPLATE);
    write(
        model.resolve("tokenizer_config.json"),
        "{\"bos_token\": \"<|end|>\", \"eos_token\": \"<|end|>\", \"pad_token\": \"<|end|>\"}");
  }

  /** Those of a short run, and more. */
  static Object[] with(Object... more) {
    List<Object> all = new ArrayList<>(List.of(SHORT));
    all.addAll(List.of(more));
    return all.toArray();
  }

  void template(String jinja) {
    write(model.resolve("chat_template.jinja"), jinja);
  }

  /** Changes a file of the model as a text. */
  void edit(String name, String what, String by) {
    Path file = model.resolve(name);
    String text = read(file);
    assertThat(text).contains(what);
    write(file, text.replace(what, by));
  }

  /** Changes the model's weights, by their names in the file. */
  void weights(Consumer<Map<String, Tensor>> change) {
    Path file = model.resolve("model.safetensors");
    try (Scope scope = new Scope();
        Safetensors stored = Safetensors.open(file)) {
      Map<String, Tensor> tensors = new TreeMap<>();
      stored.names().forEach(name -> tensors.put(name, scope.adopt(stored.get(name)).copy()));
      change.accept(tensors);
      SafetensorsWriter.write(file, tensors);
    }
  }

  /** A file of lines in JSON, single quotes for double ones. */
  Path lines(String name, String... lines) {
    return write(folder.resolve(name), String.join("\n", lines).replace('\'', '"') + "\n");
  }

  /** Chats of one question and one answer, no two alike. */
  Path chats(int count) {
    String[] lines = new String[count];
    Arrays.setAll(lines, i -> chat("how is no " + i, "fine, " + i));
    return lines("chats.jsonl", lines);
  }

  static String chat(String question, String answer) {
    return "{'messages': [{'role': 'user', 'content': '%s'}, {'role': 'assistant', 'content': '%s'}]}"
        .formatted(question, answer);
  }

  Lorax doctor(Path data, Object... more) {
    return run("doctor", data, more);
  }

  Lorax run(String command, Path data, Object... more) {
    List<Object> args = new ArrayList<>(List.of(command, "--model", model, "--data", data));
    args.addAll(Arrays.asList(more));
    return Lorax.run(args.toArray());
  }

  /** What the doctor found, as lines {@code severity check: what: remedy}. */
  List<String> findings(Path data, Object... more) {
    Object[] options = Arrays.copyOf(more, more.length + 1);
    options[more.length] = "--json";
    Lorax run = doctor(data, options);
    List<String> found = lines(run);
    boolean error = found.stream().anyMatch(line -> line.startsWith("error "));
    assertThat(run.code()).as(run.err()).isEqualTo(error ? 1 : 0);
    return found;
  }

  private static List<String> lines(Lorax run) {
    try {
      return StreamSupport.stream(run.json().get("findings").spliterator(), false)
          .map(Clinic::line)
          .collect(Collectors.toList());
    } catch (IOException noJson) {
      throw new UncheckedIOException(run.err(), noJson);
    }
  }

  private static String line(JsonNode finding) {
    return "%s %s: %s: %s"
        .formatted(
            finding.get("severity").asText(),
            finding.get("check").asText(),
            finding.get("what").asText(),
            finding.get("remedy").asText());
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  private static Path write(Path file, String text) {
    try {
      return Files.writeString(file, text);
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }
}
