package dev.lorax.cli.training;

import dev.lorax.graph.Graph;
import dev.lorax.graph.Node;
import dev.lorax.lora.Adapter;
import dev.lorax.lora.Lora;
import dev.lorax.model.LanguageModel;
import dev.lorax.op.Attention;
import dev.lorax.op.Linear;
import java.util.HashMap;
import java.util.Map;

/**
 * Roughly how much memory training an adapter takes.
 *
 * @param base the frozen weights
 * @param adapter its values, gradients, and AdamW's two means
 * @param activations what the way back needs of a batch, and some rows of its logits
 */
public record MemoryEstimate(long base, long adapter, long activations) {
  private static final long RUNTIME = 350_000_000; // JVM, libtorch and its work space

  /** What is there of the logits at any time: a part, a copy in float32, its gradient. */
  private static final long LOGITS = 60_000_000;

  /** An estimate for batches of that many tokens. */
  public static MemoryEstimate of(LanguageModel base, Adapter adapter, long tokens) {
    long values = adapter.parameters().bytes();
    long weights = base.parameters().bytes();
    double bytes = (double) weights / base.parameters().count(); // of a number, in values too
    long kept = (long) (tokens * bytes * widths(adapter.graph()));
    return new MemoryEstimate(weights, 4 * values, kept + LOGITS);
  }

  /** All of it, in bytes. */
  public long total() {
    return RUNTIME + base + adapter + activations;
  }

  /** Numbers that all nodes but the output keep for one token. */
  private static long widths(Graph graph) {
    Map<Integer, Long> widths = new HashMap<>();
    long sum = 0;
    for (Node node : graph.orderTo(graph.outputNode())) {
      long width = width(node, widths);
      widths.put(node.id(), width);
      if (node.id() != graph.output()) {
        sum += width + (node.op() instanceof Lora lora ? lora.rank() + masks(lora) : 0);
      }
    }
    return sum;
  }

  private static long width(Node node, Map<Integer, Long> widths) {
    if (node.op() instanceof Linear linear) {
      return linear.out();
    }
    if (node.op() instanceof Attention || !node.inputs().isEmpty()) {
      return widths.get(node.inputs().get(0));
    }
    return 1;
  }

  /** A dropout mask and the masked input. */
  private static long masks(Lora lora) {
    return lora.dropout() > 0 ? 2L * lora.target().in() : 0;
  }
}
