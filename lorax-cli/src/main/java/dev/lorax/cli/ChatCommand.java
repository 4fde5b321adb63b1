package dev.lorax.cli;

import dev.lorax.checkpoint.Checkpoint;
import dev.lorax.cli.chat.Answering;
import dev.lorax.cli.chat.ChatFormat;
import dev.lorax.cli.chat.ChatLoop;
import dev.lorax.cli.chat.Speakers;
import dev.lorax.cli.console.Console;
import dev.lorax.cli.console.Failure;
import dev.lorax.cli.console.StopKey;
import dev.lorax.cli.hub.AdapterReading;
import dev.lorax.cli.hub.ModelSource;
import dev.lorax.cli.hub.OpenAdapters;
import dev.lorax.generate.Generation;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code lorax chat}: a conversation with a model, adapted or not. */
@Command(
    name = "chat",
    description =
        "Talks with a model, turn by turn, by its chat template. Stdin is read line by line, and"
            + " stdout gets the answers, so that a chat can be scripted too.",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    footer = {
      "",
      "A line that begins with / is a command: /help lists them.",
      "",
      "Example:",
      "  lorax chat --model models/qwen3 --adapter forum-adapter --system \"Be brief.\""
    })
final class ChatCommand implements Callable<Integer> {
  private final Console console;
  private final Map<String, String> environment;

  @Mixin private TextModelOptions model;

  @Option(
      names = "--adapter",
      paramLabel = "DIR|ORG/NAME",
      description = AdapterReading.FORMATS + "; may be given several times. The first one speaks.")
  private List<ModelSource> sources = List.of();

  @Mixin private AdapterReading reading;

  @ArgGroup(exclusive = false, validate = false, heading = "%nHow it talks:%n")
  private Talking talking = new Talking();

  @ArgGroup(exclusive = false, validate = false, heading = "%nHow to choose each token:%n")
  private SamplingOptions sampling = new SamplingOptions();

  /** How messages become the model's text. */
  private static final class Talking {
    @Option(
        names = "--system",
        paramLabel = "TEXT",
        description = "A system message, before all others.")
    private String system = "";

    @Option(
        names = "--chat-template",
        paramLabel = "FILE",
        description = "A chat template in Jinja, in place of the model's own.")
    private Path template;

    @Option(
        names = "--plain",
        description =
            "No template: lines of 'User:' and 'Assistant:', for a model that was not made for chat.")
    private boolean plain;
  }

  ChatCommand(Console console, Map<String, String> environment) {
    this.console = console;
    this.environment = environment;
  }

  @Override
  public Integer call() {
    sampling.sampling(); // wrong options are told before a large model is opened
    if (talking.plain && talking.template != null) {
      throw Failure.usage("--plain and --chat-template exclude each other: give one of them");
    }
    try (Checkpoint base = ModelOptions.writing(model.openFor(sources));
        OpenAdapters adapters = model.adapters(base, reading, console)) {
      ChatFormat format =
          talking.plain ? ChatFormat.plain(base) : ChatFormat.of(base, talking.template);
      sources.forEach(adapters::open);
      return chat(base, adapters, format) ? ExitCode.OK : ExitCode.SOFTWARE;
    }
  }

  private boolean chat(Checkpoint base, OpenAdapters adapters, ChatFormat format) {
    StopKey key = new StopKey();
    if (console.terminals().in()) {
      key.listen();
    }
    Answering.Limits limits =
        new Answering.Limits(
            base.architecture().context(), sampling.maxTokens(), sampling.sampling().seed());
    Speakers speakers =
        new Speakers(
            base,
            adapters,
            place -> ModelSource.of(place, console, environment),
            spoken ->
                sampling.on(Generation.of(base, spoken), format.stops()).stopIds(format.endIds()));
    Answering answers = new Answering(console, key, format, limits);
    return new ChatLoop(console, speakers, answers, talking.system).run()
        || console.terminals().in();
  }
}
