package dev.lorax.peft;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lorax.checkpoint.Checkpoint;
import dev.lorax.checkpoint.SafetensorsWriter;
import dev.lorax.graph.Node;
import dev.lorax.lora.Adapter;
import dev.lorax.tensor.Scope;
import dev.lorax.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/** What PEFT writes of PiSSA unless it converts: A and B alone, whose start the base says. */
final class PissaFolder {
  private PissaFolder() {}

  static Path write(Path folder, Checkpoint base, Adapter adapter) throws IOException {
    PeftFolder.write(folder, base, adapter);
    Path config = folder.resolve("adapter_config.json");
    ObjectNode json = (ObjectNode) new ObjectMapper().readTree(config.toFile());
    json.put("init_lora_weights", "pissa").put("r", 2).put("lora_alpha", 6);
    Files.writeString(config, json.toString());
    try (Scope scope = new Scope()) {
      Map<String, Tensor> tensors = new TreeMap<>();
      for (Node node : adapter.nodes()) {
        String weight = adapter.target(node).name() + ".weight";
        String tensor = base.architecture().weights().source(weight).orElseThrow().tensor();
        String module = tensor.replaceFirst("\\.weight$", "");
        tensors.put(PeftFile.key(module, ".lora_A.weight"), adapter.a(node));
        tensors.put(PeftFile.key(module, ".lora_B.weight"), adapter.b(node));
      }
      Path file = folder.resolve("adapter_model.safetensors");
      Files.delete(file);
      SafetensorsWriter.write(file, tensors);
    }
    return folder;
  }
}
