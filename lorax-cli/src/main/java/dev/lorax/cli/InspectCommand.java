package dev.lorax.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lorax.checkpoint.Checkpoint;
import dev.lorax.cli.console.Console;
import dev.lorax.cli.console.Failure;
import dev.lorax.cli.console.Figures;
import dev.lorax.cli.hub.AdapterReading;
import dev.lorax.cli.hub.ModelSource;
import dev.lorax.cli.report.AdapterModules;
import dev.lorax.cli.report.AdapterTable;
import dev.lorax.cli.report.Excerpt;
import dev.lorax.cli.report.QuantizedMatrices;
import dev.lorax.lora.Adapter;
import dev.lorax.model.Classifier;
import dev.lorax.tensor.Precision;
import dev.lorax.tensor.QuantizationError;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code lorax inspect}: what a model and an adapter are, and what injection does to a graph. */
@Command(
    name = "inspect",
    description =
        "Shows a model, its graph before and after injection, an adapter, and what"
            + " quantising costs.",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    footer = {
      "",
      "Example:",
      "  lorax inspect --model models/gpt2 --graph diff --targets query,ffn.up --rank 4",
      "  lorax inspect --model models/gpt2 --dtype int4"
    })
final class InspectCommand implements Callable<Integer> {
  private static final int WORST = 10;

  private final Console console;
  private final ObjectNode json = new ObjectMapper().createObjectNode();

  @Mixin private ModelOptions model;

  @Option(
      names = "--adapter",
      paramLabel = "DIR|ORG/NAME",
      description = AdapterReading.FORMATS + ". Shows what it changes, and how much.")
  private ModelSource source;

  @Mixin private AdapterReading reading;

  @Option(
      names = "--dtype",
      paramLabel = "TYPE",
      description =
          "int8, int4 or nf4: shows what quantising each of the model's matrices to it would lose.")
  private String type;

  @Option(names = "--json", description = "Print everything as one JSON object.")
  private boolean asJson;

  @ArgGroup(exclusive = false, validate = false, heading = "%nThe graph:%n")
  private GraphOptions graph = new GraphOptions();

  InspectCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    Precision precision = type == null ? null : precision(); // told before a large model is opened
    reading.check(source == null ? List.of() : List.of(source));
    if (source != null) {
      model.under(source);
    }
    if (precision != null && StoredWeights.of(model.folder()).quantised() > 0) {
      throw Failure.of(
          "%s is quantised already, and what that took is in no file: leave out --dtype, or name the"
                  .formatted(model.folder())
              + " plain model");
    }
    try (Checkpoint base = model.open()) {
      if (source == null) {
        show(base, null, precision);
      } else {
        try (Adapter adapter = reading.read(source, base)) {
          show(base, adapter, precision);
        }
      }
    }
    if (asJson) {
      console.result(json);
    }
    return ExitCode.OK;
  }

  private void show(Checkpoint base, Adapter adapter, Precision precision) {
    if (asJson || (adapter == null && precision == null && !graph.isWanted())) {
      model(base);
    }
    if (adapter != null) {
      adapter(base, adapter);
    }
    if (precision != null) {
      quantized(QuantizedMatrices.of(base, precision), precision);
    }
    if (graph.isWanted()) {
      String picture = graph.draw(base.graph(), adapter == null ? null : adapter.graph());
      json.putObject("graph").put("view", graph.view()).put("drawing", picture);
      if (!asJson) {
        console.note("graph", graph.caption(base.graph()));
        console.piece(picture);
      }
    }
  }

  private void model(Checkpoint base) {
    StoredWeights stored = StoredWeights.of(model.folder());
    tell("model", "folder", model.folder().toString());
    tell("type", "architecture", base.config().text("model_type"));
    number("numbers", "parameters", base.parameters().count());
    number("blocks", "blocks", Excerpt.blocks(base.graph()));
    number("context", "context", base.architecture().context());
    number("tokens", "vocabulary", base.architecture().vocabulary());
    if (base.architecture() instanceof Classifier classifier) {
      classifier.labels().forEach(json.putArray("classes")::add);
      line("classes", String.join(", ", classifier.labels()));
    }
    tell("stored", "dtype", ModelOptions.name(stored.main()));
    number("bytes", "bytes", stored.total());
    stored.files().forEach(json.putArray("files")::add);
    line("files", Figures.count(stored.files().size()) + ": " + shortList(stored.files()));
    tokenizer(base);
  }

  private void tokenizer(Checkpoint base) {
    if (Files.exists(model.folder().resolve("tokenizer.json"))) {
      number("tokenizer", "tokenizerSize", base.tokenizer().size());
    } else {
      json.putNull("tokenizerSize");
      line("tokenizer", "none: no tokenizer.json in the folder");
    }
    base.endIds().forEach(json.putArray("endIds")::add);
    line(
        "end ids",
        base.endIds().isEmpty()
            ? "none"
            : base.endIds().stream().map(String::valueOf).collect(Collectors.joining(", ")));
  }

  private void adapter(Checkpoint base, Adapter adapter) {
    AdapterTable table = new AdapterTable(AdapterModules.of(base, adapter));
    ObjectNode object = json.putObject("adapter");
    object.put("folder", source.folder().toString());
    object.put("parameters", adapter.trained().count());
    AdapterModules.names(adapter).forEach(object.putArray("targets")::add);
    line("adapter", source.folder().toString());
    line("targets", String.join(", ", AdapterModules.names(adapter)));
    line("numbers", Figures.count(adapter.trained().count()));
    table.fill(object);
    if (!asJson) {
      table.tell(console);
    }
  }

  private Precision precision() {
    return ModelOptions.precision(type)
        .orElseThrow(
            () ->
                Failure.usage(
                    "--dtype %s is not quantised, and loses nothing to show: give int8, int4 or nf4"
                        .formatted(type)));
  }

  private void quantized(QuantizedMatrices all, Precision precision) {
    ObjectNode object = json.putObject("quantized");
    object.put("dtype", precision.toString());
    object.put("bytesBefore", all.before()).put("bytesAfter", all.after());
    object.put("meanError", all.meanError());
    ArrayNode list = object.putArray("matrices");
    all.matrices().forEach(matrix -> fill(list.addObject(), matrix));
    List<QuantizedMatrices.Matrix> worst = all.matrices().stream().limit(WORST).toList();
    int width = worst.stream().mapToInt(matrix -> matrix.name().length()).max().orElse(1);
    line("matrices", " ".repeat(width) + "  dtype  error ‖W−Q‖/‖W‖  signal to noise");
    worst.forEach(matrix -> line("", row(matrix, width)));
    if (all.matrices().size() > WORST) {
      line("", "and %d that lose less: --json lists all".formatted(all.matrices().size() - WORST));
    }
    line(
        "size",
        "%s instead of %s (%s), with what is not quantised"
            .formatted(
                Figures.bytes(all.after()),
                Figures.bytes(all.before()),
                Figures.percent((double) all.after() / all.before())));
    line(
        "error",
        "%s loses %s of a matrix on average, over %d matrices"
            .formatted(precision, Figures.percent(all.meanError()), all.matrices().size()));
  }

  private static void fill(ObjectNode object, QuantizedMatrices.Matrix matrix) {
    QuantizationError error = matrix.error();
    object.put("name", matrix.name()).put("dtype", error.format());
    Arrays.stream(error.shape().toArray()).forEach(object.putArray("shape")::add);
    object.put("bytesBefore", error.before()).put("bytesAfter", error.after());
    object.put("error", error.relative());
    object.put("decibels", error.noise() == 0 ? null : (Double) error.decibels());
  }

  private static String row(QuantizedMatrices.Matrix matrix, int width) {
    return String.format(
        Locale.ROOT,
        "%-" + width + "s  %5s  %15s  %12.1f dB",
        matrix.name(),
        matrix.error().format(),
        Figures.percent(matrix.error().relative()),
        matrix.error().decibels());
  }

  private void tell(String label, String field, String value) {
    json.put(field, value);
    line(label, value);
  }

  private void number(String label, String field, long value) {
    json.put(field, value);
    line(label, Figures.count(value));
  }

  private void line(String label, String text) {
    if (!asJson) {
      console.result(label, text);
    }
  }

  private static String shortList(List<String> names) {
    return names.size() <= 2
        ? String.join(", ", names)
        : names.get(0) + " … " + names.get(names.size() - 1);
  }
}
