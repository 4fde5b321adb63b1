package dev.lorax.cli.training;

import dev.lorax.graph.Graph;
import dev.lorax.graph.Node;
import dev.lorax.lora.Adaptation;
import dev.lorax.lora.Lora;
import dev.lorax.lora.LowRank;
import dev.lorax.op.Activation;
import dev.lorax.op.Add;
import dev.lorax.op.Attention;
import dev.lorax.op.LayerNorm;
import dev.lorax.op.Linear;
import dev.lorax.op.Multiply;
import dev.lorax.op.RmsNorm;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What a batch's values take in memory.
 *
 * @param kept by each stretch between residual connections, in bytes
 * @param spared what each keeps where a share is computed twice: not even attention's weights
 * @param whole what each takes on its way back where it is computed twice: all its values, too
 * @param stream bytes of the value that flows from stretch to stretch
 * @param work bytes of what one op needs for a moment, at most
 */
public record Activations(
    List<Long> kept, List<Long> spared, List<Long> whole, long stream, long work) {
  /** What is there of the logits at any time: a part, and copies in float32 of some rows. */
  private static final long LOGITS = 45_000_000;

  private static final int LONGEST_BLOCK = 512; // positions whose scores are there together

  /** Those of a graph, for a batch of so many tokens, with numbers of so many bytes. */
  static Activations of(Graph graph, long tokens, int longest, double bytes) {
    Count count = Count.of(graph, longest, false);
    double scale = bytes * tokens;
    long work = (long) (6 * count.widest * scale);
    return new Activations(
        count.bytes(scale),
        Count.of(graph, longest, true).bytes(scale),
        count.wholes.stream().map(numbers -> (long) (numbers * scale)).toList(),
        (long) (count.stream * scale),
        Math.max(work, LOGITS));
  }

  /** The most at any time, where that share of the stretches is computed twice. */
  long peak(double share) {
    int repeated = (int) Math.round(share * kept.size());
    long streams = repeated * stream;
    List<Long> left = share == 0 ? kept : spared;
    long rest = left.stream().skip(repeated).mapToLong(Long::longValue).sum();
    int last = whole.size() - 1; // its logits come in parts
    long one =
        whole.stream().limit(Math.min(repeated, last)).mapToLong(Long::longValue).max().orElse(0);
    return streams + Math.max(rest, one) + work;
  }

  /** Numbers for one token, in the graph's order. */
  private static final class Count {
    private final int longest;
    private final boolean sparing;
    private final Map<Integer, Long> widths = new HashMap<>();
    private final Map<Integer, Boolean> again = new HashMap<>(); // reached nodes: whether cheap
    private final Set<Integer> held = new HashSet<>();
    private final List<Long> stretches = new ArrayList<>();
    private final List<Long> wholes = new ArrayList<>(List.of(0L)); // with what is not kept
    private long sum;
    private long values;
    private long stream;
    private long widest;

    private Count(int longest, boolean sparing) {
      this.longest = longest;
      this.sparing = sparing;
      stretches.add(0L);
    }

    static Count of(Graph graph, int longest, boolean sparing) {
      Count count = new Count(longest, sparing);
      graph.orderTo(graph.outputNode()).forEach(count::add);
      return count;
    }

    List<Long> bytes(double scale) {
      return stretches.stream().map(numbers -> (long) (numbers * scale)).toList();
    }

    void add(Node node) {
      long width = width(node);
      widths.put(node.id(), width);
      boolean reached =
          node.op() instanceof Adaptation || node.inputs().stream().anyMatch(again::containsKey);
      if (reached) {
        again.put(node.id(), isPointwise(node) || sparing && node.op() instanceof Attention);
        keep(node);
      }
      values += reached ? width : 0;
      stretches.set(stretches.size() - 1, sum);
      wholes.set(wholes.size() - 1, sum + values);
      if (reached && node.op() instanceof Add) {
        stream = width;
        sum = 0;
        values = 0;
        stretches.add(0L);
        wholes.add(0L);
      }
      if (isPointwise(node)) {
        widest = Math.max(widest, width); // not the logits: they come in parts
      }
    }

    private void keep(Node node) {
      if (isNorm(node) || node.op() instanceof Activation) {
        hold(node.inputs().get(0));
      } else if (node.op() instanceof Multiply) {
        node.inputs().forEach(this::holdUnlessCheap);
      } else if (node.op() instanceof LowRank low) {
        Lora lora = low.lora();
        holdUnlessCheap(node.inputs().get(1));
        sum += lora.rank() + (lora.dropout().probability() > 0 ? lora.target().in() : 0);
      } else if (node.op() instanceof Attention attention) {
        sum += (attention.heads() + 2L * attention.keyValueHeads()) * attention.head();
        sum +=
            longest <= LONGEST_BLOCK && !sparing
                ? (long) attention.heads() * longest
                : 0; // its weights
        widest = Math.max(widest, (long) attention.heads() * Math.min(longest, LONGEST_BLOCK));
      }
    }

    private void holdUnlessCheap(int id) {
      if (!again.getOrDefault(id, false)) {
        hold(id);
      }
    }

    private void hold(int id) {
      if (held.add(id)) {
        sum += widths.get(id);
      }
    }

    private static boolean isPointwise(Node node) {
      return isNorm(node) || node.op() instanceof Activation || node.op() instanceof Multiply;
    }

    private static boolean isNorm(Node node) {
      return node.op() instanceof LayerNorm || node.op() instanceof RmsNorm;
    }

    private long width(Node node) {
      if (node.op() instanceof Linear linear) {
        return linear.out();
      }
      return node.inputs().isEmpty() ? 1 : widths.get(node.inputs().get(0));
    }
  }
}
