package dev.lorax.cli.doctor;

import dev.lorax.cli.console.Figures;
import dev.lorax.cli.training.ExampleMaterial;
import dev.lorax.data.Example;
import dev.lorax.data.Finding;
import dev.lorax.tensor.Gradients;
import dev.lorax.tensor.Scope;
import dev.lorax.tensor.Tensor;
import dev.lorax.tensor.Weight;
import dev.lorax.text.Tokenizer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Whether the special tokens of samples are what the model takes them for. */
final class TokenChecks {
  /** What templates of chat models write around turns. */
  private static final Pattern MARKER =
      Pattern.compile("<\\|[^<>|\\s]{1,60}\\|>|<(?:start|end)_of_turn>");

  private static final int DECODED = 50; // samples whose markers are looked at
  private static final double ZERO = 1e-12; // of every number of a row: nobody trained it
  private static final String EMBEDDING = "embedder.token.weight";

  private TokenChecks() {}

  /** A model stops only if it has learned to. */
  static List<Diagnosis> endLearned(Case run) {
    return run.samples().stream().map(samples -> endLearned(run, samples)).toList();
  }

  private static Diagnosis endLearned(Case run, ExampleMaterial samples) {
    Tokenizer tokenizer = run.base().tokenizer();
    Set<Integer> ends = run.base().endIds();
    String names = ends.isEmpty() ? "none is known" : names(tokenizer, ends);
    long without = samples.survey().count(Finding.NO_END);
    if (without == 0) {
      boolean pads = tokenizer.padId().stream().anyMatch(ends::contains);
      return Diagnosis.ok(
          "end-of-sequence",
          "every sample teaches to stop (%s)%s"
              .formatted(names, pads ? "; that it also pads masks nothing here" : ""));
    }
    return Diagnosis.warning(
        "end-of-sequence",
        "%s samples do not teach to stop: no end-of-sequence token (%s) is learned in them"
            .formatted(Figures.count(without), names),
        ends.isEmpty()
            ? "name an eos_token in tokenizer_config.json"
            : "let the chat template write one of these after an answer, or name the one it writes"
                + " as eos_token_id in generation_config.json");
  }

  /** Template and tokenizer may both begin the sequence. */
  static List<Diagnosis> beginOnce(Case run) {
    if (run.samples().isEmpty() || run.base().tokenizer().bosId().isEmpty()) {
      return List.of();
    }
    long twice = run.samples().get().survey().count(Finding.DOUBLE_BOS);
    return List.of(
        twice == 0
            ? Diagnosis.ok(
                "begin-of-sequence", "no sample begins with two begin-of-sequence tokens")
            : Diagnosis.warning(
                "begin-of-sequence",
                "%s samples begin with two begin-of-sequence tokens"
                    .formatted(Figures.count(twice)),
                "take the token out of the data or the chat template: one is added anyway"));
  }

  /** A marker that is no token of its own is read as a handful of letters. */
  static List<Diagnosis> markersKnown(Case run) {
    Tokenizer tokenizer = run.base().tokenizer();
    List<String> unknown =
        markers(run).stream().filter(marker -> tokenizer.id(marker).isEmpty()).toList();
    return unknown.isEmpty()
        ? List.of()
        : List.of(
            Diagnosis.warning(
                "markers",
                unknown.stream()
                    .map(name -> "%s is %d tokens".formatted(name, tokenizer.encode(name).length))
                    .collect(Collectors.joining(", ", "the samples mark turns, but ", "")),
                "take the model's own chat template, or a model whose vocabulary has these"));
  }

  /** The rows of special tokens that the base never saw are zero, or all the same. */
  static List<Diagnosis> rowsTrained(Case run) {
    Tokenizer tokenizer = run.base().tokenizer();
    Set<Integer> ids = new LinkedHashSet<>();
    markers(run).forEach(marker -> tokenizer.id(marker).ifPresent(ids::add));
    if (run.samples().isPresent()) {
      tokenizer.bosId().ifPresent(ids::add);
      tokenizer.eosId().ifPresent(ids::add);
    }
    Set<Integer> untrained = untrained(run.base().parameters().weight(EMBEDDING), ids);
    return untrained.isEmpty()
        ? List.of()
        : List.of(
            Diagnosis.warning(
                "untrained-tokens",
                "the base never learned %s: their embeddings are zero or equal"
                    .formatted(names(tokenizer, untrained)),
                "take the instruction-tuned model, or a chat template of plain words (or of tokens"
                    + " that the base knows); LoRA on the blocks cannot tell them apart"));
  }

  /** Of those ids the ones whose rows are zero or equal to another's of them. */
  static Set<Integer> untrained(Weight embedding, Set<Integer> ids) {
    Map<List<Float>, Integer> seen = new LinkedHashMap<>();
    Set<Integer> untrained = new LinkedHashSet<>();
    try (Scope scope = new Scope();
        Gradients off = Gradients.off()) {
      for (int id : ids) {
        float[] row = embedding.lookup(Tensor.of(new long[] {id}, 1)).toFloats();
        List<Float> values = new ArrayList<>(row.length);
        boolean zero = true;
        for (float value : row) {
          values.add(value);
          zero &= Math.abs(value) < ZERO;
        }
        Integer twin = seen.putIfAbsent(values, id);
        if (zero || twin != null) {
          untrained.add(id);
        }
        if (twin != null) {
          untrained.add(twin);
        }
      }
    }
    return untrained;
  }

  /** The markers in some of the samples, each once. */
  private static Set<String> markers(Case run) {
    return run.samples().stream()
        .flatMap(samples -> some(samples))
        .map(example -> run.base().tokenizer().decodeWithSpecials(example.tokens()))
        .flatMap(text -> MARKER.matcher(text).results().map(MatchResult::group))
        .collect(Collectors.toCollection(LinkedHashSet::new));
  }

  private static Stream<Example> some(ExampleMaterial samples) {
    return IntStream.range(0, Math.min(DECODED, samples.examples().count()))
        .boxed()
        .flatMap(number -> samples.examples().examples(number).stream());
  }

  private static String names(Tokenizer tokenizer, Set<Integer> ids) {
    return ids.stream()
        .map(id -> tokenizer.decodeWithSpecials(new int[] {id}))
        .map(String::strip)
        .collect(Collectors.joining(", "));
  }
}
