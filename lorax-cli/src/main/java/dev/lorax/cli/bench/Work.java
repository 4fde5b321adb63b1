package dev.lorax.cli.bench;

import dev.lorax.graph.Graph;
import dev.lorax.graph.Node;
import dev.lorax.graph.ParameterSpec;
import dev.lorax.graph.Parameterized;
import dev.lorax.op.Dense;

/**
 * What a model's matrices demand: numbers that multiply every row of tokens, and their bytes.
 *
 * <p>Products alone count: not the embedding's lookup, not attention, norms and activations, and
 * not the adapter. So a limit made of it is a little better than any program can be.
 *
 * @param body numbers in all matrices before the head
 * @param head numbers in the output head, tied to the embedding or not
 * @param bytes of all of them as they are kept, each matrix once
 */
record Work(long body, long head, long bytes) {
  static Work of(Parameterized model) {
    Graph graph = model.graph();
    long body = 0;
    long head = 0;
    long bytes = 0;
    for (Node node : graph.orderTo(graph.outputNode())) {
      if (node.op() instanceof Dense dense) {
        long numbers = (long) dense.in() * dense.out();
        head += node.id() == graph.output() ? numbers : 0;
        body += node.id() == graph.output() ? 0 : numbers;
        bytes += bytes(node, model);
      }
    }
    return new Work(body, head, bytes);
  }

  private static long bytes(Node node, Parameterized model) {
    ParameterSpec weight = node.op().parameters().get(0);
    return model.parameters().weight(node.parameter(weight)).byteCount();
  }

  /** Numbers that multiply, the head's with them. */
  long numbers() {
    return body + head;
  }

  /** Operations of a training step over a frozen base: one product forward, one backward. */
  double trainingFlop(long tokens) {
    return 4.0 * numbers() * tokens;
  }

  /** Operations of a pass that gives some rows' logits. */
  double inferenceFlop(long tokens, long rows) {
    return 2.0 * body * tokens + 2.0 * head * rows;
  }
}
