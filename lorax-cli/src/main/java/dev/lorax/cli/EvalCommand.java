package dev.lorax.cli;

import dev.lorax.checkpoint.Checkpoint;
import dev.lorax.cli.console.Console;
import dev.lorax.cli.console.Figures;
import dev.lorax.cli.evaluation.EvaluationOptions;
import dev.lorax.cli.evaluation.Evaluator;
import dev.lorax.cli.evaluation.Score;
import dev.lorax.cli.evaluation.ScoreJson;
import dev.lorax.cli.evaluation.ScoreTable;
import dev.lorax.cli.hub.AdapterReading;
import dev.lorax.cli.hub.ModelSource;
import dev.lorax.cli.hub.OpenAdapters;
import dev.lorax.train.Evaluation;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code lorax eval}: how well a model predicts data, with adapters and without. */
@Command(
    name = "eval",
    description =
        "Measures a model on data, alone and with adapters: loss, perplexity, and whether an adapter"
            + " is better beyond chance; on demand also exact answers.",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    footer = {
      "",
      "Intervals are of 95 %%, by sequence. The data should be none that the adapter learned from.",
      "",
      "Example:",
      "  lorax eval --model models/gpt2 --adapter forum-adapter --data held-out.jsonl"
    })
final class EvalCommand implements Callable<Integer> {
  private final Console console;

  @Mixin private TextModelOptions model;

  @Option(
      names = "--adapter",
      paramLabel = "DIR|ORG/NAME",
      description = AdapterReading.FORMATS + "; may be given several times.")
  private List<ModelSource> sources = List.of();

  @Mixin private AdapterReading reading;

  @Option(names = "--json", description = "Print the scores as one JSON object.")
  private boolean json;

  @ArgGroup(exclusive = false, validate = false, heading = "%nWhat is measured:%n")
  private EvaluationOptions options = new EvaluationOptions();

  EvalCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    options.check();
    reading.check(sources);
    try (Checkpoint base = ModelOptions.writing(model.openFor(sources));
        OpenAdapters adapters = model.adapters(base, reading, console)) {
      sources.forEach(adapters::open);
      tell(Evaluator.run(base, adapters.byName(), options, console));
    }
    return ExitCode.OK;
  }

  private void tell(List<Score> scores) {
    if (json) {
      console.result(ScoreJson.of(scores).put("data", options.file.toString()));
      return;
    }
    List<Evaluation> sequences = scores.get(0).sequences();
    console.note(
        "tokens",
        "%s supervised, in %s sequences"
            .formatted(
                Figures.count(Evaluation.together(sequences).supervised()),
                Figures.count(sequences.size())));
    ScoreTable.of(scores).forEach(console::result);
  }
}
