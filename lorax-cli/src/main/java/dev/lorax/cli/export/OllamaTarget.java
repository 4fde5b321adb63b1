package dev.lorax.cli.export;

import dev.lorax.chat.ChatTemplate;
import dev.lorax.checkpoint.AtomicFolder;
import dev.lorax.checkpoint.Checkpoint;
import dev.lorax.cli.compatibility.Tools;
import dev.lorax.peft.ModuleChanges;
import dev.lorax.peft.ModuleTable;
import dev.lorax.tensor.Gradients;
import dev.lorax.tensor.Scope;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** A Modelfile for Ollama, and the adapter beside it, plain LoRA with one whole alpha. */
final class OllamaTarget implements ExportTarget {
  private static final String ADAPTER = "adapter";
  private static final String FORMAT = "What Ollama imports";

  @Override
  public String readers() {
    return "Ollama (llama, mistral and gemma)";
  }

  @Override
  public List<String> write(Path folder, Export export) {
    Tools.requireOllama(export.base().config().text("model_type"));
    List<String> notes = new ArrayList<>();
    try (Scope scope = new Scope();
        Gradients off = Gradients.off()) {
      ModuleChanges changes =
          ModuleTable.of(export.base()).changes(export.adapter(), FORMAT).requirePlain(FORMAT);
      String modelfile = modelfile(export.base(), notes);
      AtomicFolder.create(
          folder,
          temporary -> {
            PeftTarget.write(temporary.resolve(ADAPTER), export, changes);
            Files.writeString(temporary.resolve("Modelfile"), modelfile);
          });
    }
    notes.add("next: ollama create NAME -f " + folder.resolve("Modelfile"));
    return notes;
  }

  private static String modelfile(Checkpoint base, List<String> notes) {
    StringBuilder lines = new StringBuilder();
    lines.append("FROM ").append(base.folder().toAbsolutePath().normalize()).append('\n');
    lines.append("ADAPTER ./").append(ADAPTER).append('\n');
    Optional<ChatTemplate> chat = ChatTemplate.open(base.folder());
    Optional<String> template = chat.flatMap(found -> GoTemplate.of(found, base.tokenizer()));
    template.ifPresent(text -> lines.append("TEMPLATE \"\"\"").append(text).append("\"\"\"\n"));
    if (chat.isPresent() && template.isEmpty()) {
      notes.add(
          "the model's chat template cannot be said in Ollama's language: Modelfile has no TEMPLATE");
    }
    stops(base, chat)
        .forEach(stop -> lines.append("PARAMETER stop \"").append(stop).append("\"\n"));
    return lines.toString();
  }

  /** The texts of the end tokens; those that would break a line are left out. */
  private static Set<String> stops(Checkpoint base, Optional<ChatTemplate> chat) {
    if (!Files.exists(base.folder().resolve("tokenizer.json"))) {
      return Set.of();
    }
    Set<Integer> ids = new TreeSet<>(base.endIds());
    chat.ifPresent(template -> ids.addAll(template.endIds(base.tokenizer())));
    Set<String> stops = new TreeSet<>();
    ids.stream()
        .filter(id -> id >= 0 && id < base.architecture().vocabulary())
        .map(id -> base.tokenizer().decodeWithSpecials(new int[] {id}))
        .filter(text -> !text.isBlank() && !text.matches("(?s).*[\"\\\\\\p{Cntrl}].*"))
        .forEach(stops::add);
    return stops;
  }
}
