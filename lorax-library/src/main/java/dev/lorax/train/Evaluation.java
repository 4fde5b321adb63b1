package dev.lorax.train;

import dev.lorax.graph.Graph;
import dev.lorax.graph.Mode;
import dev.lorax.graph.Parameters;
import dev.lorax.run.Session;
import dev.lorax.tensor.Gradients;
import java.util.stream.LongStream;

/**
 * How well a model predicts a text.
 *
 * @param loss mean cross-entropy over the supervised tokens, in nats
 * @param supervised how many there were
 */
public record Evaluation(double loss, long supervised) {
  /** How many tokens the model hesitates between, on average: e to the loss. */
  public double perplexity() {
    return Math.exp(loss);
  }

  /** Measures a model on the first so many batches. */
  public static Evaluation of(Graph graph, Parameters parameters, Batches batches, long count) {
    return of(new Session(graph, parameters), batches, count);
  }

  static Evaluation of(Session session, Batches batches, long count) {
    double sum = 0;
    long supervised = 0;
    for (Batch batch :
        (Iterable<Batch>) LongStream.range(0, count).mapToObj(batches::batch)::iterator) {
      if (batch.supervised() > 0) {
        try (Gradients off = Gradients.off()) {
          sum += session.sum(Loss.pass(batch, Mode.inference()), Loss.of(batch, 1));
        }
        supervised += batch.supervised();
      }
    }
    if (supervised == 0) {
      throw new IllegalArgumentException("No supervised token to evaluate on");
    }
    return new Evaluation(sum / supervised, supervised);
  }
}
