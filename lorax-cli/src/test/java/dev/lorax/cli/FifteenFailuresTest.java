package dev.lorax.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lorax.checkpoint.Checkpoint;
import dev.lorax.checkpoint.CheckpointException;
import dev.lorax.checkpoint.Safetensors;
import dev.lorax.checkpoint.SafetensorsWriter;
import dev.lorax.cli.doctor.Case;
import dev.lorax.cli.doctor.Checks;
import dev.lorax.cli.doctor.Severity;
import dev.lorax.cli.training.AdapterTraining;
import dev.lorax.cli.training.DataOptions;
import dev.lorax.cli.training.LoraOptions;
import dev.lorax.cli.training.Material;
import dev.lorax.cli.training.TrainingOptions;
import dev.lorax.cli.training.Trial;
import dev.lorax.cli.training.WeightedFile;
import dev.lorax.graph.Graph;
import dev.lorax.graph.Parameters;
import dev.lorax.graph.Sequences;
import dev.lorax.lora.Adapter;
import dev.lorax.lora.LoraConfig;
import dev.lorax.lora.Lorax;
import dev.lorax.lora.Merge;
import dev.lorax.lora.Targets;
import dev.lorax.peft.PeftFolder;
import dev.lorax.run.Pass;
import dev.lorax.run.Session;
import dev.lorax.tensor.DType;
import dev.lorax.tensor.Scope;
import dev.lorax.tensor.Tensor;
import dev.lorax.train.Batch;
import dev.lorax.train.Batches;
import dev.lorax.train.Step;
import dev.lorax.train.Trainer;
import dev.lorax.train.TrainerBuilder;
import dev.lorax.train.TrainerState;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Fifteen things that go wrong elsewhere, each provoked, and caught. */
class FifteenFailuresTest {
  private static final Object[] SHORT = {"--max-length", 64, "--steps", 4, "--batch-size", 2};

  @TempDir Path folder;
  private Clinic clinic;

  @BeforeEach
  void open() {
    clinic = new Clinic(folder);
  }

  private List<String> findings(Path data, Object... more) {
    List<Object> all = new ArrayList<>(List.of(SHORT));
    all.addAll(List.of(more));
    return clinic.findings(data, all.toArray());
  }

  private Adapter adapter(Checkpoint base, String... targets) {
    LoraConfig config = LoraConfig.builder().rank(2).targets(Targets.named(targets)).build();
    Adapter adapter = Adapter.initial(Lorax.inject(base.graph(), config), 3);
    adapter.nodes().forEach(node -> adapter.b(node).addInPlace(0.01));
    return adapter;
  }

  @Test
  void failure01ABaseQuantisedUnknownWaysIsTrainedOrMergedInto() {
    clinic.edit(
        "config.json",
        "\"dtype\"",
        "\"quantization_config\": {\"quant_method\": \"gptq\"}, \"dtype\"");
    clinic.weights(
        tensors -> {
          String name = "transformer.h.0.attn.c_attn.weight";
          tensors.put(name.replace("weight", "qweight"), tensors.remove(name));
        });
    assertThat(findings(clinic.chats(9)))
        .hasSize(1)
        .allMatch(line -> line.startsWith("error model: ") && line.contains("quantised (gptq)"));
    clinic
        .run("train", clinic.chats(9), "--out", folder.resolve("out"))
        .failed(1, "quantised (gptq)", "take the model that it was made from");
  }

  @Test
  void failure02MergingInSixteenBitsRoundsTheChangeAway() {
    try (Checkpoint base = Checkpoint.open(clinic.model, DType.BF16);
        Adapter adapter = adapter(base, "query");
        Scope scope = new Scope()) {
      adapter.nodes().forEach(node -> adapter.b(node).mulInPlace(1e-2));
      try (Merge merged = Merge.of(base, adapter);
          Merge exact = Merge.of(base, adapter, DType.F32)) {
        String name = "decoder.blocks.0.self_attention.query.weight";
        Tensor once = exact.parameters().get(name).to(DType.BF16);
        assertThat(merged.parameters().get(name).toFloats()).isEqualTo(once.toFloats());
        assertThat(merged.changes()).allMatch(change -> change.lostShare() > 0.5);
        assertThat(exact.changes()).allMatch(change -> change.lostShare() < 1e-3);
      }
    }
    assertThat(findings(clinic.chats(9), "--dtype", "bf16"))
        .anyMatch(line -> line.startsWith("note sixteen-bits: ") && line.contains("rounds once"));
  }

  @Test
  void failure03TheEndIsNotLearnedBecauseItAlsoPads() throws IOException {
    assertThat(findings(clinic.chats(9)))
        .anyMatch(line -> line.startsWith("ok end-of-sequence: ") && line.contains("also pads"));
    JsonNode sample =
        clinic.doctor(clinic.chats(9), with("--json")).json().at("/samples/0/pieces/1");
    assertThat(sample.get("learned").asBoolean()).isTrue();
    assertThat(sample.get("text").asText()).startsWith("fine").endsWith("<|end|>");
    clinic.template(Clinic.TEMPLATE.replace("+ eos_token", ""));
    assertThat(findings(clinic.chats(9)))
        .anyMatch(line -> line.startsWith("warning end-of-sequence: 8 samples do not teach"));
  }

  private static Object[] with(Object... more) {
    List<Object> all = new ArrayList<>(List.of(SHORT));
    all.addAll(List.of(more));
    return all.toArray();
  }

  @Test
  void failure04TemplateAndTokenizerBothBeginTheSequence() {
    clinic.template("{{ bos_token }}" + Clinic.TEMPLATE);
    assertThat(findings(clinic.chats(9))).anyMatch(line -> line.startsWith("ok begin-of-sequence"));
    clinic.template("{{ bos_token + bos_token }}" + Clinic.TEMPLATE);
    assertThat(findings(clinic.chats(9)))
        .anyMatch(line -> line.startsWith("warning begin-of-sequence: 8 samples begin with two"));
  }

  /** The mean of the means of two micro-batches would count the tokens of the shorter one more. */
  @Test
  void failure05AccumulationAveragesByMicroBatch() {
    List<int[]> tokens = List.of(new int[] {5, 6, 7, 8, 9, 10, 11, 12}, new int[] {20, 21});
    Batches together = number -> Batch.ofLabels(tokens, tokens);
    Batches apart =
        number -> {
          List<int[]> one = List.of(tokens.get((int) (number % 2)));
          return Batch.ofLabels(one, one);
        };
    assertThat(losses(apart, 2)).containsExactly(losses(together, 1), within(1e-6));
  }

  private double[] losses(Batches batches, int accumulation) {
    try (Checkpoint base = Checkpoint.open(clinic.model);
        Adapter adapter = adapter(base, "query");
        Trainer trainer =
            Trainer.of(base, adapter, batches)
                .steps(4)
                .learningRate(1e-2)
                .accumulation(accumulation)
                .build()) {
      List<Double> losses = new ArrayList<>();
      trainer.forEach(step -> losses.add(step.loss()));
      return losses.stream().mapToDouble(loss -> loss).toArray();
    }
  }

  @Test
  void failure06ATargetThatMatchesNothingPassesInSilence() {
    assertThat(findings(clinic.chats(9), "--targets", "query,valeu"))
        .anyMatch(
            line -> line.startsWith("error adapter: ") && line.contains("self_attention.value"));
  }

  @Test
  void failure07KeysOfAnAdapterAreNotLoadedInSilence() {
    Path saved = folder.resolve("adapter");
    try (Checkpoint base = Checkpoint.open(clinic.model);
        Adapter adapter = adapter(base, "ffn.up");
        Scope scope = new Scope()) {
      PeftFolder.write(saved, base, adapter);
      Path file = saved.resolve("adapter_model.safetensors");
      Map<String, Tensor> tensors = new TreeMap<>();
      try (Safetensors stored = Safetensors.open(file)) {
        stored
            .names()
            .forEach(
                name ->
                    tensors.put(
                        name.replace("h.1.", "h.7."), scope.adopt(stored.get(name)).copy()));
      }
      SafetensorsWriter.write(file, tensors);
      assertThatThrownBy(() -> PeftFolder.read(saved, base).close())
          .isInstanceOf(CheckpointException.class)
          .hasMessageContaining("h.7.mlp.c_fc.lora_A")
          .hasMessageContaining("h.7.mlp.c_fc.lora_B");
    }
  }

  @Test
  void failure08AllLabelsAreMaskedAndTheLossIsZero() {
    assertThat(clinic.findings(clinic.chats(9), "--max-length", 8))
        .anyMatch(
            line ->
                line.startsWith("error data: ")
                    && line.contains("nothing to learn")
                    && line.contains("8 with nothing to learn within the limit"));
  }

  @Test
  void failure09PackedSamplesSeeEachOther() {
    int[] both = {9, 8, 7, 30, 31, 32};
    try (Checkpoint base = Checkpoint.open(clinic.model);
        Scope scope = new Scope()) {
      Session session = new Session(base.graph(), base.parameters());
      float[] alone = logits(session, scope, new int[] {30, 31, 32}, Sequences.of(3));
      assertThat(logits(session, scope, both, Sequences.of(3, 3)))
          .containsExactly(alone, within(1e-5f));
      assertThat(logits(session, scope, both, Sequences.of(6))[0])
          .isNotCloseTo(alone[0], within(1e-3f));
    }
    assertThat(findings(clinic.chats(9))).anyMatch(line -> line.startsWith("ok sequences-apart"));
  }

  /** Of the last three rows. */
  private static float[] logits(Session session, Scope scope, int[] tokens, Sequences sequences) {
    Tensor all = session.run(Pass.of(tokens, sequences), scope);
    return all.narrow(0, all.size(0) - 3, 3).contiguous().toFloats();
  }

  @Test
  void failure10AResumeIsNoResume() {
    Path file = folder.resolve("state.safetensors");
    List<float[]> whole = trained(t -> t, 6, state -> {});
    trained(t -> t, 3, state -> state.write(file));
    try (TrainerState state = TrainerState.read(file)) {
      List<float[]> parts = trained(t -> t.resume(state), 6, none -> {});
      assertThat(parts).usingRecursiveComparison().isEqualTo(whole);
    }
  }

  /** The values of an adapter after that step of a run of six. */
  private List<float[]> trained(
      UnaryOperator<TrainerBuilder> how, int last, Consumer<TrainerState> then) {
    int[] text = new int[200];
    Arrays.setAll(text, i -> (i * i + 7 * i) % 97);
    Batches batches = Batches.windows(text, 16).random(1).size(2);
    try (Checkpoint base = Checkpoint.open(clinic.model);
        Adapter adapter =
            Adapter.initial(
                Lorax.inject(base.graph(), LoraConfig.builder().rank(2).dropout(0.2).build()), 3);
        Trainer trainer =
            how.apply(Trainer.of(base, adapter, batches).steps(6).learningRate(1e-2).seed(4))
                .build()) {
      for (Step step : trainer) {
        if (step.number() == last) {
          break;
        }
      }
      try (TrainerState state = trainer.state()) {
        then.accept(state);
      }
      return adapter.parameters().asMap().values().stream().map(Tensor::toFloats).toList();
    }
  }

  @Test
  void failure11NewTokensHaveNoRowOrOneThatNobodyTrained() {
    Path chats = clinic.chats(9);
    clinic.weights(tensors -> tensors.get("transformer.wte.weight").narrow(0, 0, 1).zeroInPlace());
    assertThat(findings(chats))
        .anyMatch(
            line -> line.startsWith("warning untrained-tokens: the base never learned <|end|>"));
    clinic.template(Clinic.TEMPLATE.replace("'Q:'", "'<|user|>'"));
    assertThat(findings(chats))
        .anyMatch(
            line -> line.startsWith("warning markers: ") && line.contains("<|user|> is 8 tokens"));
    clinic.edit(
        "tokenizer.json",
        "\"added_tokens\": [",
        "\"added_tokens\": [{\"id\": 97, \"content\": \"<|user|>\", \"special\": true,"
            + " \"single_word\": false, \"lstrip\": false, \"rstrip\": false, \"normalized\": false},");
    assertThat(findings(chats))
        .anyMatch(line -> line.startsWith("error data: ") && line.contains("only 97 rows"));
  }

  @Test
  void failure12TiedEmbeddingsAreCorruptedByAMerge() {
    try (Checkpoint base = Checkpoint.open(clinic.model);
        Adapter adapter = adapter(base, "embedder.token")) {
      adapter.nodes().forEach(node -> adapter.a(node).addInPlace(0.1));
      try (Merge merge = Merge.of(base, adapter)) { // the head keeps the table as it was
        Parameters merged = merge.parameters();
        assertThat(merged.get("language_modeling_head.output.weight").toFloats())
            .isEqualTo(base.parameters().get("embedder.token.weight").toFloats())
            .isNotEqualTo(merged.get("embedder.token.weight").toFloats());
      }
    }
    assertThat(findings(clinic.chats(9), "--targets", "query,embedder.token"))
        .anyMatch(line -> line.startsWith("note tied-weights: ") && line.contains("merge"));
  }

  @Test
  void failure13TheReaderLosesTheScale() {
    Path saved = folder.resolve("adapter");
    try (Checkpoint base = Checkpoint.open(clinic.model)) {
      Graph query = Lorax.inject(base.graph(), alpha("self_attention.query", 4));
      Graph both = Lorax.inject(query, alpha("self_attention.value", 7)); // one matrix in PEFT
      try (Adapter adapter = Adapter.initial(both, 1)) {
        adapter.nodes().forEach(node -> adapter.b(node).addInPlace(0.1));
        PeftFolder.write(saved, base, adapter);
        try (Adapter read = PeftFolder.read(saved, base);
            Merge wanted = Merge.of(base, adapter);
            Merge found = Merge.of(base, read)) {
          assertThat(changes(wanted))
              .hasSize(4)
              .allSatisfy(
                  (node, change) ->
                      assertThat(changes(found).get(node))
                          .isCloseTo(change, within(1e-5 * change)));
        }
      }
    }
    assertThat(findings(clinic.chats(9), "--rank", 4, "--alpha", 7))
        .anyMatch(line -> line.startsWith("ok saved-adapter: "));
  }

  private static Map<String, Double> changes(Merge merge) {
    return merge.changes().stream()
        .collect(Collectors.toMap(Merge.Change::node, Merge.Change::change));
  }

  private static LoraConfig alpha(String target, double alpha) {
    return LoraConfig.builder().rank(2).alpha(alpha).targets(Targets.named(target)).build();
  }

  @Test
  void failure14ActivationCheckpointingLeavesNoGradient() {
    assertThat(findings(clinic.chats(9), "--recompute", 1))
        .anyMatch(line -> line.startsWith("ok gradient: after 3 steps all 4 modules"));
    DataOptions data = new DataOptions();
    data.files = List.of(WeightedFile.parse(clinic.chats(9).toString()));
    TrainingOptions options = new TrainingOptions();
    options.window = 64;
    try (Checkpoint base = Checkpoint.open(clinic.model);
        Material material = data.open(base, options);
        AdapterTraining untouched =
            new AdapterTraining(base, new LoraOptions().config(), material, options)) {
      Step step = new Step(1, 1, 3, 1e-3, 0, 1, 1, Duration.ofMillis(1));
      Case run = new Case(base, data, options, material, Optional.of(untouched));
      assertThat(Checks.after(new Trial(List.of(step), Duration.ZERO), run))
          .singleElement()
          .matches(found -> found.severity() == Severity.ERROR)
          .matches(found -> found.what().contains("decoder.blocks.1.self_attention.value"));
    }
  }

  @Test
  void failure15TheOtherProgramRejectsTheExport() {
    assertThat(findings(clinic.chats(9), "--targets", "query,language_modeling_head.output"))
        .anyMatch(line -> line.contains("vLLM may refuse adapters of embedding or head"));
    assertThat(findings(clinic.chats(9)))
        .anyMatch(line -> line.startsWith("note compatibility: vLLM serves no adapters for gpt2"))
        .anyMatch(line -> line.startsWith("note compatibility: Ollama imports adapters for llama"));
  }
}
