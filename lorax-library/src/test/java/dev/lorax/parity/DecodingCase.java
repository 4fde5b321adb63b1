package dev.lorax.parity;

import dev.lorax.checkpoint.Weights;
import dev.lorax.graph.Parameterized;
import dev.lorax.graph.Sequences;
import dev.lorax.run.KvCache;
import dev.lorax.run.Pass;
import dev.lorax.run.Session;
import dev.lorax.tensor.Gradients;
import dev.lorax.tensor.Scope;
import dev.lorax.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** Compares the logits along a generated sequence, with and without a key-value cache. */
record DecodingCase(Fixture fixture, Weights values, Differences differences) {
  void run(Parameterized base, Parameterized adapter) {
    Session session = new Session(adapter.graph(), base.parameters().and(adapter.parameters()));
    int[] prompt = fixture.rows("prompt").get(0);
    int[] ids = followed(prompt);
    try (Scope scope = new Scope();
        Gradients off = Gradients.off()) {
      Tensor wanted = scope.adopt(values.get("logits_greedy_adapter_sequence"));
      Tensor rows = wanted.view(ids.length, -1);
      Tensor whole = session.run(Pass.of(ids, Sequences.of(ids.length)), scope);
      differences.record("logits greedy, uncached", whole, rows);
      differences.record("logits greedy, cached", cached(session, ids, prompt.length), rows);
    }
  }

  /** The prompt and its greedy continuation. */
  private int[] followed(int[] prompt) {
    List<int[]> greedy = Fixture.rows(fixture.expected().get("greedy_adapter"));
    return IntStream.concat(Arrays.stream(prompt), Arrays.stream(greedy.get(0))).toArray();
  }

  /** The prompt in one pass, then one token at a time. */
  private static Tensor cached(Session session, int[] ids, int prompt) {
    Tensor[] parts = new Tensor[ids.length - prompt + 1];
    try (Scope scope = new Scope();
        KvCache cache = new KvCache(1, 8)) {
      for (int i = 0; i < parts.length; i++) {
        int from = i == 0 ? 0 : prompt + i - 1;
        int[] next = Arrays.copyOfRange(ids, from, prompt + i);
        Pass pass = Pass.of(next, Sequences.of(next.length)).after(cache.select(0));
        parts[i] = session.run(pass, scope);
      }
      return scope.release(Tensor.cat(0, parts));
    }
  }
}
