package dev.lorax.parity;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lorax.checkpoint.Weights;
import dev.lorax.generate.Generated;
import dev.lorax.generate.Generation;
import dev.lorax.generate.GenerationBuilder;
import dev.lorax.generate.TinyModel;
import dev.lorax.graph.Parameters;
import dev.lorax.lora.Adapter;
import dev.lorax.run.Pass;
import dev.lorax.run.Session;
import dev.lorax.tensor.Gradients;
import dev.lorax.tensor.Scope;
import dev.lorax.tensor.Tensor;
import dev.lorax.train.Batch;
import dev.lorax.train.Evaluation;
import dev.lorax.train.GradientProbe;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** Compares padded batches of transformers with ragged ones, and its ways of decoding. */
record PaddingCase(Fixture fixture, Weights values, Differences differences) {
  void run() {
    try (TinyModel base = new TinyModel(fixture.folder());
        Adapter adapter = base.adapter()) {
      leftPadded(base, adapter);
      modes(base, adapter);
      rightPadded(base, adapter);
    }
  }

  private void leftPadded(TinyModel base, Adapter adapter) {
    JsonNode expected = fixture.expected();
    List<int[]> wanted = Fixture.rows(expected.get("left_padded_greedy"));
    List<int[]> prompts =
        unpadded(expected.get("left_padded_prompt"), expected.get("left_padded_mask"));
    List<Generated> found = greedy(base, adapter).promptIds(prompts);
    for (int i = 0; i < wanted.size(); i++) {
      differences.record("greedy of a ragged batch", found.get(i).ids(), wanted.get(i));
    }
  }

  private static GenerationBuilder greedy(TinyModel base, Adapter adapter) {
    return Generation.of(base, adapter).greedy().maxTokens(20);
  }

  private void modes(TinyModel base, Adapter adapter) {
    JsonNode modes = fixture.expected().get("decoding_modes");
    JsonNode end = modes.get("eos_stop");
    int endId = end.get("eos_token_id").intValue();
    mode(greedy(base, adapter).repetitionPenalty(1.3), modes.get("rep_penalty_1.3"));
    mode(greedy(base, adapter).noRepeatNgram(2), modes.get("no_repeat_ngram_2"));
    mode(greedy(base, adapter).minP(0.1), modes.get("min_p_greedy"));
    mode(greedy(base, adapter).stopIds(endId), end.get("tokens"));
  }

  private void mode(GenerationBuilder builder, JsonNode tokens) {
    int[] wanted = IntStream.range(0, tokens.size()).map(i -> tokens.get(i).intValue()).toArray();
    int[] found = builder.promptIds(fixture.rows("prompt")).get(0).ids();
    differences.record("ways of decoding", found, wanted);
  }

  private void rightPadded(TinyModel base, Adapter adapter) {
    JsonNode padded = fixture.expected().get("right_padded");
    JsonNode mask = padded.get("attention_mask");
    Batch batch =
        Batch.ofLabels(
            unpadded(padded.get("input_ids"), mask), unpadded(padded.get("labels"), mask));
    Parameters all = base.parameters().and(adapter.parameters());
    rightPaddedLogits(new Session(adapter.graph(), all), batch, mask);
    double loss = Evaluation.of(adapter.graph(), all, number -> batch, 1).loss();
    differences.record("ragged loss", loss, padded.get("loss").doubleValue());
    try (Scope scope = new Scope()) {
      Map<String, Tensor> found = GradientProbe.of(adapter.graph(), all, adapter.trained(), batch);
      for (PeftTensor tensor : PeftTensor.of(base, adapter, values)) {
        Tensor wanted = scope.adopt(values.get("right_padded_grad." + tensor.key()));
        double scale = 1 / wanted.abs().max().item();
        differences.record(
            "ragged gradients (relative)",
            found.get(tensor.parameter()).mul(scale),
            tensor.part(wanted).mul(scale));
      }
    }
  }

  private void rightPaddedLogits(Session session, Batch batch, JsonNode mask) {
    try (Scope scope = new Scope();
        Gradients off = Gradients.off()) {
      Tensor found = session.run(Pass.of(batch.tokens(), batch.sequences()), scope);
      Tensor padded = scope.adopt(values.get("right_padded_logits"));
      long[] kept = kept(mask);
      Tensor wanted = padded.view(-1, padded.size(-1)).rows(Tensor.of(kept, kept.length));
      differences.record("ragged logits", found, wanted);
    }
  }

  /** The rows of a padded batch that are no padding. */
  private static long[] kept(JsonNode mask) {
    int time = mask.get(0).size();
    return IntStream.range(0, mask.size() * time)
        .filter(row -> mask.get(row / time).get(row % time).intValue() == 1)
        .asLongStream()
        .toArray();
  }

  /** Rows without their padding, wherever it stands. */
  private static List<int[]> unpadded(JsonNode rows, JsonNode mask) {
    List<int[]> kept = new ArrayList<>();
    for (int i = 0; i < rows.size(); i++) {
      JsonNode row = rows.get(i);
      JsonNode real = mask.get(i);
      kept.add(
          IntStream.range(0, row.size())
              .filter(t -> real.get(t).intValue() == 1)
              .map(t -> row.get(t).intValue())
              .toArray());
    }
    return kept;
  }
}
