package dev.lorax.mlx;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lorax.checkpoint.Checkpoint;
import dev.lorax.checkpoint.Safetensors;
import dev.lorax.checkpoint.SafetensorsWriter;
import dev.lorax.lora.Adapter;
import dev.lorax.parity.Fixture;
import dev.lorax.peft.PeftFolder;
import dev.lorax.tensor.DType;
import dev.lorax.tensor.Scope;
import dev.lorax.tensor.Tensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.junit.jupiter.api.io.TempDir;

/** Tests on a folder of mlx-lm that is made of one of PEFT's. */
class MlxFixture {
  static final String QUERY = "model.layers.0.self_attn.q_proj";

  @TempDir Path folder;

  Path written(String fixture) {
    Path mlx = folder.resolve(fixture);
    try (Checkpoint base = base(fixture);
        Adapter adapter = peft(fixture, base)) {
      MlxFolder.write(mlx, base, adapter);
    }
    return mlx;
  }

  static Checkpoint base(String fixture) {
    return Checkpoint.open(Fixture.named(fixture).folder(), DType.F32);
  }

  static Adapter peft(String fixture, Checkpoint base) {
    return PeftFolder.read(Fixture.named(fixture).folder().resolve("adapter"), base);
  }

  static ObjectNode lora(ObjectNode json) {
    return (ObjectNode) json.get("lora_parameters");
  }

  static JsonNode json(Path mlx) throws IOException {
    return new ObjectMapper().readTree(mlx.resolve("adapter_config.json").toFile());
  }

  static void config(Path mlx, Consumer<ObjectNode> change) {
    try {
      ObjectNode json = (ObjectNode) json(mlx);
      change.accept(json);
      Files.writeString(mlx.resolve("adapter_config.json"), json.toString());
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  static void weights(Path mlx, Consumer<Map<String, Tensor>> change) {
    Path file = mlx.resolve("adapters.safetensors");
    try (Scope scope = new Scope();
        Safetensors stored = Safetensors.open(file)) {
      Map<String, Tensor> tensors = new TreeMap<>();
      stored.names().forEach(name -> tensors.put(name, scope.adopt(stored.get(name)).copy()));
      change.accept(tensors);
      SafetensorsWriter.write(file, tensors);
    }
  }
}
