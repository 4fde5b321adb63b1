package dev.lorax.cli.evaluation;

import dev.lorax.checkpoint.Checkpoint;
import dev.lorax.cli.console.Console;
import dev.lorax.cli.console.Failure;
import dev.lorax.generate.Generated;
import dev.lorax.generate.Generation;
import dev.lorax.generate.GenerationBuilder;
import dev.lorax.graph.Parameterized;
import dev.lorax.train.Evaluation;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Measures a model, with each of some adapters and without, on the same data. */
public final class Evaluator {
  private static final int MORE = 16; // tokens of an answer beyond those of the longest right one

  private final Checkpoint base;
  private final EvaluationData data;
  private final EvaluationOptions options;
  private final List<Question> questions;
  private final Set<Integer> ends;
  private final EvaluationProgress progress;

  private Evaluator(
      Checkpoint base, EvaluationData data, EvaluationOptions options, Console console) {
    this.base = base;
    this.data = data;
    this.options = options;
    questions = options.exactMatch ? data.questions() : List.of();
    ends = new HashSet<>(base.endIds());
    ends.addAll(data.endIds());
    progress = new EvaluationProgress(console);
  }

  /**
   * Measures the base, then each adapter, and says what it is doing.
   *
   * @throws Failure if data and model do not fit together
   */
  public static List<Score> run(
      Checkpoint base,
      Map<String, ? extends Parameterized> adapters,
      EvaluationOptions options,
      Console console) {
    try (EvaluationData data = options.open(base)) {
      console.note("data", data.about());
      data.found().forEach(line -> console.note("data", line));
      Evaluator evaluator = new Evaluator(base, data, options, console);
      if (options.exactMatch) {
        if (evaluator.questions.isEmpty()) {
          throw Failure.of(options.file + " holds no prompt with an answer that fits the model");
        }
        console.note("answers", evaluator.questions.size() + " are asked for and compared");
      }
      List<Score> scores = new ArrayList<>(List.of(evaluator.score("base", base)));
      adapters.forEach((name, adapter) -> scores.add(evaluator.score(name, adapter)));
      return scores;
    }
  }

  private Score score(String name, Parameterized model) {
    return new Score(
        name,
        losses(name, model),
        questions.isEmpty() ? Optional.empty() : Optional.of(right(name, model)));
  }

  private List<Evaluation> losses(String name, Parameterized model) {
    progress.begin(name + ": loss", data.count());
    List<Evaluation> losses =
        Evaluation.each(
            model.graph(),
            base.parameters().and(model.parameters()),
            number -> progress.stepped(number, data.batches().batch(number)),
            data.count());
    progress.end();
    if (losses.stream().anyMatch(one -> !Double.isFinite(one.loss()))) {
      throw Failure.of(
          "%s gives a loss that is no number: look at its weights with 'lorax inspect'"
              .formatted(name));
    }
    return losses;
  }

  private Score.Right right(String name, Parameterized model) {
    GenerationBuilder answers =
        Generation.of(base, model)
            .greedy()
            .maxTokens(longest())
            .stopIds(ends.stream().mapToInt(Integer::intValue).toArray());
    int right = 0;
    int batches = (questions.size() + options.batchSize - 1) / options.batchSize;
    progress.begin(name + ": answers", batches);
    for (int i = 0; i < batches; i++) {
      int from = i * options.batchSize;
      List<Question> some =
          questions.subList(from, Math.min(questions.size(), from + options.batchSize));
      progress.stepped(i, some);
      right += right(answers, some);
    }
    progress.end();
    return new Score.Right(right, questions.size());
  }

  private int right(GenerationBuilder answers, List<Question> some) {
    List<Generated> given =
        Failure.orFail(() -> answers.promptIds(some.stream().map(Question::prompt).toList()));
    int right = 0;
    for (int i = 0; i < some.size(); i++) {
      String expected = some.get(i).expected(base.tokenizer(), ends);
      right += given.get(i).text().strip().equals(expected.strip()) ? 1 : 0;
    }
    return right;
  }

  private int longest() {
    return options.maxTokens != null
        ? options.maxTokens
        : MORE + questions.stream().mapToInt(question -> question.answer().length).max().orElse(0);
  }
}
