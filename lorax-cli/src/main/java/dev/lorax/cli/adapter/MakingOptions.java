package dev.lorax.cli.adapter;

import dev.lorax.algebra.Approximated;
import dev.lorax.checkpoint.Checkpoint;
import dev.lorax.classify.ClassifierFolder;
import dev.lorax.cli.console.Console;
import dev.lorax.cli.console.Failure;
import dev.lorax.cli.hub.ClassifierAdapter;
import dev.lorax.cli.hub.ModelSource;
import dev.lorax.cli.run.OutputFolder;
import dev.lorax.peft.PeftFolder;
import dev.lorax.tensor.DType;
import java.nio.file.Path;
import java.util.function.Function;
import picocli.CommandLine.Option;

/** For which model an adapter is made, and where it goes. */
final class MakingOptions {
  @Option(
      names = "--model",
      required = true,
      paramLabel = "DIR|ORG/NAME",
      description = "The base model: a checkpoint folder, or one on the hub.")
  private ModelSource model;

  private ModelSource trained; // the adapter that another is made of; null: none

  @Option(
      names = "--out",
      required = true,
      paramLabel = "DIR",
      description = "A new or empty folder. Nothing is ever overwritten.")
  private Path out;

  @Option(names = "--json", description = "Print the report as one JSON object.")
  private boolean json;

  /** Takes the model at the revision that an adapter was trained on, unless one was given. */
  void under(ModelSource adapter) {
    model = model.under(adapter);
    trained = adapter;
  }

  /** An encoder that chooses no classes has a head for those of the adapter. */
  private Checkpoint open() {
    return trained != null && ClassifierFolder.lacksHead(model.folder())
        ? ClassifierAdapter.openFor(trained, model.folder(), DType.F32)
        : Checkpoint.open(model.folder());
  }

  /** Makes an adapter over the open model, writes it, and tells of it. */
  void make(Console console, Function<Checkpoint, Approximated> work) {
    OutputFolder folder = OutputFolder.prepare(out);
    boolean written = false;
    try (Checkpoint base = open();
        Approximated made = Failure.orFail(() -> work.apply(base))) {
      Failure.orFail(() -> write(base, made));
      written = true;
      MadeAdapter told = new MadeAdapter(made, out);
      if (json) {
        console.result(told.json());
      } else {
        told.tell(console);
      }
    } finally {
      if (!written) {
        folder.abandon();
      }
    }
  }

  private Path write(Checkpoint base, Approximated made) {
    PeftFolder.write(out, base, made.adapter());
    return out;
  }
}
