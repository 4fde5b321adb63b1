package dev.lorax.elixir;

import static dev.lorax.elixir.NxBytes.bytes;
import static dev.lorax.elixir.NxBytes.join;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.lorax.checkpoint.CheckpointException;
import dev.lorax.elixir.NxBytes.Stored;
import dev.lorax.tensor.Shape;
import dev.lorax.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LoraxParametersTest {
  private static final String QUERY = "decoder.blocks.0.self_attention.query";
  private static final Stored A = Stored.floats(new float[] {1, 2, 3}, 1, 3);
  private static final Stored B = Stored.floats(new float[] {4, 5}, 2, 1);

  @TempDir Path folder;

  @Test
  void layersHaveTheirShapesAndNumbers() {
    LoraxParameters file = read(Map.of("lora_" + QUERY, Map.of("lora_down", A, "lora_up", B)));
    LoraLayer layer = file.of(List.of(QUERY)).get(QUERY);
    assertThat(layer.shapeOfA()).isEqualTo(Shape.of(1, 3));
    assertThat(layer.shapeOfB()).isEqualTo(Shape.of(2, 1));
    try (Tensor a = layer.a();
        Tensor b = layer.b()) {
      assertThat(a.toFloats()).containsExactly(1, 2, 3);
      assertThat(b.toFloats()).containsExactly(4, 5);
    }
  }

  @Test
  void everyTypeOfNumbersBecomesFloat32() {
    Stored half = new Stored("f", 16, new int[] {1, 2}, bytes(0, 0x3e, 0, 0xc0));
    Stored brain = new Stored("bf", 16, new int[] {1, 1}, bytes(0x49, 0x40));
    Stored twice = new Stored("f", 64, new int[] {1, 1}, bytes(0, 0, 0, 0, 0, 0, 0xe0, 0x3f));
    LoraxParameters file =
        read(
            Map.of(
                "lora_a", Map.of("lora_a", half, "lora_b", brain),
                "lora_b", Map.of("lora_a", twice, "lora_b", brain)));
    assertThat(floats(file.layers().get("lora_a").a())).containsExactly(1.5f, -2);
    assertThat(floats(file.layers().get("lora_a").b())).containsExactly(3.140625f);
    assertThat(floats(file.layers().get("lora_b").a())).containsExactly(0.5f);
  }

  @Test
  void numberedLayersComeInTheOrderOfTheModel() {
    Map<String, Map<String, Stored>> layers = new LinkedHashMap<>();
    for (int i : new int[] {10, 2, 0, 1, 9, 8, 7, 6, 5, 4, 3, 11}) {
      Stored a = Stored.floats(new float[] {i, 0, 0}, 1, 3);
      layers.put("lora_" + i, Map.of("lora_a", a, "lora_b", B));
    }
    List<String> nodes = List.of("a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l");
    Map<String, LoraLayer> found = read(layers).of(nodes);
    for (int i = 0; i < nodes.size(); i++) {
      assertThat(floats(found.get(nodes.get(i)).a())).startsWith(i);
    }
    assertThat(fault(() -> read(layers).of(List.of("a"))))
        .endsWith(
            "adapts 12 layers where 1 are targeted: target those of its training, of which it"
                + " tells the number alone");
  }

  @Test
  void namesOfBumblebeeBecomeOurs() {
    Map<String, Stored> layer = Map.of("lora_down", A, "lora_up", B);
    Map<String, Map<String, Stored>> layers =
        Map.of(
            "lora_decoder.blocks.0.ffn.intermediate", layer,
            "lora_decoder.blocks.0.ffn.output", layer,
            "lora_decoder.blocks.0.self_attention.output", layer);
    List<String> nodes =
        List.of(
            "decoder.blocks.0.ffn.up",
            "decoder.blocks.0.ffn.down",
            "decoder.blocks.0.self_attention.output");
    assertThat(read(layers).of(nodes)).containsOnlyKeys(nodes);
  }

  @Test
  void whatIsMissingAndLeftOverIsListed() {
    LoraxParameters file = read(Map.of("lora_" + QUERY, Map.of("lora_down", A, "lora_up", B)));
    assertThat(fault(() -> file.of(List.of("x", "y"))))
        .endsWith("x is missing; y is missing; '%s' is left over".formatted(QUERY));
  }

  @Test
  void layersOfOtherKindsAreNamed() {
    assertThat(fault(() -> read(Map.of("dense_0", Map.of("kernel", A, "bias", B)))))
        .endsWith(
            "its layer 'dense_0' is none of LoRA: leave out the base with Lorax.Params.filter");
    assertThat(fault(() -> read(Map.of()))).contains("holds no LoRA layer");
    Stored conv = Stored.floats(new float[4], 1, 1, 2, 2);
    assertThat(fault(() -> read(Map.of("lora_0", Map.of("lora_down", conv, "lora_up", B)))))
        .endsWith(
            "has A f32[1, 1, 2, 2] and B f32[2, 1], where matrices [r, in] and [out, r] are read");
    Stored wide = Stored.floats(new float[] {4, 5}, 1, 2);
    assertThat(fault(() -> read(Map.of("lora_0", Map.of("lora_down", A, "lora_up", wide)))))
        .contains("has A f32[1, 3] and B f32[1, 2]");
    Stored whole = new Stored("s", 32, new int[] {1, 3}, new byte[12]);
    assertThat(fault(() -> read(Map.of("lora_0", Map.of("lora_down", whole, "lora_up", B)))))
        .contains("has A s32[1, 3]");
  }

  @Test
  void tensorsThatAreNotWholeAreNamed() {
    Stored large = new Stored("f", 32, new int[] {1 << 30, 1 << 30, 1 << 30}, new byte[12]);
    Stored small = new Stored("f", 32, new int[] {1, 2}, new byte[12]);
    for (Stored wrong : List.of(large, small)) {
      assertThat(fault(() -> read(Map.of("lora_0", Map.of("lora_down", wrong, "lora_up", B)))))
          .contains("'lora_down' of layer 'lora_0' is no tensor, or not whole");
    }
  }

  @Test
  void everyCutIsTold() {
    byte[] whole = NxBytes.file(Map.of("lora_0", Map.of("lora_a", A, "lora_b", B)));
    for (int length = 0; length < whole.length; length++) {
      byte[] cut = Arrays.copyOf(whole, length);
      assertThat(fault(() -> read(cut)))
          .containsAnyOf("not of Nx.serialize", "the copy was cut", "the file is cut");
    }
  }

  @Test
  void otherFilesAreTold() {
    assertThat(fault(() -> read(bytes(131, 104, 3, 97, 1)))).contains("is not of Nx.serialize");
    assertThat(fault(() -> read(join(bytes('n', 'x', 2), new byte[9])))).contains("not of Nx");
    assertThat(fault(() -> read(join(bytes('n', 'x', 1, 1), new byte[8])))).contains("big-endian");
    assertThat(fault(() -> read(NxBytes.file(bytes(131, 106), new byte[0]))))
        .endsWith("holds a sequence, no map of layers: write a map of parameters");
    byte[] state = bytes(131, 104, 3, 119, 1, 'M', 106, 106);
    assertThat(fault(() -> read(NxBytes.file(state, new byte[0])))).contains("holds a 'M', which");
    byte[] keys = join(bytes(131), NxBytes.container(1, bytes(97, 1)));
    assertThat(fault(() -> read(NxBytes.file(keys, new byte[0])))).contains("no different texts");
    assertThat(fault(() -> LoraxParameters.read(folder))).endsWith("no such file: check the path");
  }

  private static float[] floats(Tensor tensor) {
    try (tensor) {
      return tensor.toFloats();
    }
  }

  private LoraxParameters read(Map<String, Map<String, Stored>> layers) {
    return read(NxBytes.file(layers));
  }

  private LoraxParameters read(byte[] content) {
    try {
      return LoraxParameters.read(Files.write(folder.resolve("p.lorax"), content));
    } catch (IOException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  private String fault(Runnable reading) {
    CheckpointException fault = catchThrowableOfType(CheckpointException.class, reading::run);
    assertThat(fault).isNotNull();
    assertThat(fault).hasMessageStartingWith(folder.toString());
    return fault.getMessage();
  }
}
