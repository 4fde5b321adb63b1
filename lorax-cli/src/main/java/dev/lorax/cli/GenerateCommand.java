package dev.lorax.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lorax.checkpoint.Checkpoint;
import dev.lorax.cli.console.Console;
import dev.lorax.cli.console.Failure;
import dev.lorax.cli.hub.AdapterReading;
import dev.lorax.cli.hub.ModelSource;
import dev.lorax.generate.Generated;
import dev.lorax.generate.Generation;
import dev.lorax.generate.GenerationBuilder;
import dev.lorax.lora.Adapter;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code lorax generate}: lets a model, adapted or not, go on with a text. */
@Command(
    name = "generate",
    description = "Generates text; stdout gets what follows the prompt, and nothing else.",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    footer = {
      "",
      "Example:",
      "  lorax generate --model models/gpt2 --adapter forum-adapter --prompt \"Dear all,\" -n 60"
    })
final class GenerateCommand implements Callable<Integer> {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Console console;

  @Mixin private TextModelOptions model;

  @Option(
      names = "--adapter",
      paramLabel = "DIR|ORG/NAME",
      description = AdapterReading.FORMATS + ".")
  private ModelSource adapter;

  @Mixin private AdapterReading reading;

  @ArgGroup(exclusive = false, validate = false, heading = "%nWhat to go on with:%n")
  private PromptOptions prompts = new PromptOptions();

  @ArgGroup(exclusive = false, validate = false, heading = "%nHow to choose each token:%n")
  private SamplingOptions sampling = new SamplingOptions();

  @ArgGroup(exclusive = false, validate = false, heading = "%nHow it runs:%n")
  private Running running = new Running();

  /** What does not change the text. */
  private static final class Running {
    @Option(names = "--no-stream", description = "Print the text when it is complete.")
    private boolean whole;

    @Option(names = "--json", description = "Print text, ids, reason and speed as one JSON object.")
    private boolean json;
  }

  GenerateCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    sampling.sampling(); // wrong options are told before a large model is opened
    List<ModelSource> sources = adapter == null ? List.of() : List.of(adapter);
    reading.check(sources);
    List<String> texts = prompts.prompts(console);
    try (Checkpoint base = ModelOptions.writing(model.openFor(sources))) {
      if (adapter == null) {
        generate(sampling.on(Generation.of(base)), texts);
      } else {
        try (Adapter adapted = reading.read(adapter, base)) {
          generate(sampling.on(Generation.of(base, adapted)), texts);
        }
      }
    }
    return ExitCode.OK;
  }

  private void generate(GenerationBuilder generation, List<String> texts) {
    if (running.json) {
      json(generation, texts);
    } else if (prompts.isBatch()) {
      batch(generation, texts);
    } else {
      stream(generation, texts.get(0));
    }
  }

  private void stream(GenerationBuilder generation, String prompt) {
    try (Generation text = Failure.orFail(() -> generation.prompt(prompt))) {
      StringBuilder whole = new StringBuilder();
      // A closed pipe wants no more.
      while (Failure.orFail(text::hasNext) && !console.out().checkError()) {
        String piece = text.next();
        if (running.whole) {
          whole.append(piece);
        } else {
          console.piece(piece);
        }
      }
      console.result(whole.toString());
      console.note(
          String.format(
              Locale.ROOT,
              "%d tokens, %.1f tokens/s, ended by %s",
              text.measurement().generatedTokens(),
              text.measurement().tokensPerSecond(),
              text.stopReason().map(GenerateCommand::name).orElse("nothing")));
    }
  }

  private void batch(GenerationBuilder generation, List<String> texts) {
    List<Generated> all = Failure.orFail(() -> generation.prompts(texts));
    for (int i = 0; i < all.size(); i++) {
      console.result("--- " + (i + 1) + ": " + texts.get(i));
      console.result(all.get(i).text());
    }
  }

  /** One object for one prompt; an object with a list of them for a file of prompts. */
  private void json(GenerationBuilder generation, List<String> texts) {
    long start = System.nanoTime();
    List<Generated> all = Failure.orFail(() -> generation.prompts(texts));
    double seconds = (System.nanoTime() - start) / 1e9;
    int tokens = all.stream().mapToInt(generated -> generated.ids().length).sum();
    ObjectNode result = JSON.createObjectNode();
    if (prompts.isBatch()) {
      ArrayNode list = result.putArray("results");
      for (int i = 0; i < all.size(); i++) {
        fill(list.addObject(), texts.get(i), all.get(i));
      }
    } else {
      fill(result, texts.get(0), all.get(0));
    }
    result.put("tokens", tokens);
    result.put("seconds", seconds);
    result.put("tokensPerSecond", tokens / seconds);
    console.result(result);
  }

  private static void fill(ObjectNode json, String prompt, Generated generated) {
    json.put("prompt", prompt);
    json.put("text", generated.text());
    Arrays.stream(generated.ids()).forEach(json.putArray("ids")::add);
    json.put("reason", name(generated.reason()));
  }

  /** As JSON readers expect it: {@code max_tokens}. */
  private static String name(Enum<?> reason) {
    return reason.name().toLowerCase(Locale.ROOT);
  }
}
