package dev.lorax.algebra;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.lorax.Forward;
import dev.lorax.checkpoint.Checkpoint;
import dev.lorax.checkpoint.Safetensors;
import dev.lorax.checkpoint.Weights;
import dev.lorax.graph.Sequences;
import dev.lorax.lora.Adapter;
import dev.lorax.parity.Fixture;
import dev.lorax.peft.PeftFolder;
import dev.lorax.run.Pass;
import dev.lorax.run.Session;
import dev.lorax.tensor.DType;
import dev.lorax.tensor.Gradients;
import dev.lorax.tensor.Scope;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What PEFT's add_weighted_adapter makes of adapters, by its logits. */
class CombinationGoldenTest {
  private static final Path ROOT = Path.of("src/test/resources");
  private static final String LLAMA = "llama-two-adapters";

  @TempDir Path folder;

  /**
   * A combination, and what it gives.
   *
   * @param told as PEFT was told
   * @param adapters their folders
   * @param values a file of logits
   * @param key in it
   */
  record Case(Fixture fixture, JsonNode told, List<Path> adapters, Path values, String key) {
    @Override
    public String toString() {
      return key;
    }
  }

  /** All but the fixture's "svd", which is not what PEFT 0.21 makes of the same adapters. */
  static Stream<Case> ofTheFixture() {
    Fixture llama = Fixture.named(LLAMA);
    Map<String, JsonNode> all = new LinkedHashMap<>();
    JsonNode known = llama.expected().get("combinations");
    known.fieldNames().forEachRemaining(name -> all.put(name, known.get(name)));
    all.remove("svd");
    assertThat(all).containsOnlyKeys("linear", "linear_neg", "cat", "ties", "magnitude_prune");
    return all.keySet().stream()
        .map(
            name ->
                new Case(
                    llama,
                    all.get(name),
                    adapters(all.get(name), llama.folder().resolve("adapters")),
                    llama.folder().resolve("expected.safetensors"),
                    "logits_" + name));
  }

  static Stream<Case> ofPeft021() throws IOException {
    Path home = ROOT.resolve("combinations");
    JsonNode all = new ObjectMapper().readTree(home.resolve("combinations.json").toFile());
    List<Case> cases = new ArrayList<>();
    all.fieldNames()
        .forEachRemaining(
            name ->
                cases.add(
                    new Case(
                        Fixture.named(all.get(name).get("fixture").asText()),
                        all.get(name),
                        adapters(all.get(name), ROOT),
                        home.resolve("logits.safetensors"),
                        name)));
    assertThat(cases).hasSize(9);
    return cases.stream();
  }

  private static List<Path> adapters(JsonNode told, Path root) {
    return StreamSupport.stream(told.get("adapters").spliterator(), false)
        .map(name -> root.resolve(name.asText()))
        .toList();
  }

  @ParameterizedTest
  @MethodSource({"ofTheFixture", "ofPeft021"})
  void theCombinedAdapterGivesTheLogitsThatPeftGives(Case each) {
    try (Checkpoint base = Checkpoint.open(each.fixture().folder(), DType.F32)) {
      List<Weighted> members = members(base, each);
      try (Adapter combined = combination(each.told()).of(members)) {
        requireLogits(base, combined, each);
        PeftFolder.write(folder.resolve("combined"), base, combined);
        try (Adapter again = PeftFolder.read(folder.resolve("combined"), base)) {
          requireLogits(base, again, each);
        }
      }
      members.forEach(member -> member.adapter().close());
    }
  }

  private static Combination combination(JsonNode told) {
    CombinationOptions options =
        told.has("density")
            ? CombinationOptions.density(told.get("density").asDouble())
            : CombinationOptions.NONE;
    if (told.has("svd_rank")) {
      options = options.rank(told.get("svd_rank").asInt());
    }
    if (told.has("majority_sign_method")) {
      assertThat(told.get("majority_sign_method").asText()).isEqualTo("frequency");
      options = options.majority(MajoritySign.FREQUENCY);
    }
    return Combination.named(told.get("combination_type").asText(), options);
  }

  private static List<Weighted> members(Checkpoint base, Case each) {
    List<Weighted> members = new ArrayList<>();
    for (Path adapter : each.adapters()) {
      double weight = each.told().get("weights").get(members.size()).asDouble();
      members.add(new Weighted(adapter.toString(), PeftFolder.read(adapter, base), weight));
    }
    return members;
  }

  private static void requireLogits(Checkpoint base, Adapter adapter, Case each) {
    List<int[]> rows = each.fixture().rows("input_ids");
    int[] tokens = rows.stream().flatMapToInt(Arrays::stream).toArray();
    try (Scope scope = new Scope();
        Gradients off = Gradients.off();
        Weights values = Safetensors.open(each.values())) {
      Session session = new Session(adapter.graph(), base.parameters().and(adapter.parameters()));
      float[] found = session.run(Pass.of(tokens, Sequences.of(rows)), scope).toFloats();
      float[] wanted = scope.adopt(values.get(each.key())).toFloats();
      assertThat(Forward.difference(found, wanted)).isLessThan(2e-5);
    }
  }
}
