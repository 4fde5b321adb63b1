package dev.lorax.train;

import dev.lorax.graph.Graph;
import dev.lorax.graph.Mode;
import dev.lorax.graph.Parameters;
import dev.lorax.run.Session;
import dev.lorax.tensor.Gradients;
import java.util.ArrayList;
import java.util.List;

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
    return together(each(session, batches, count));
  }

  /**
   * Measures a model on each sequence of the first so many batches, those without a supervised
   * token left out. With {@link #standardError} they tell how sure the mean is.
   */
  public static List<Evaluation> each(
      Graph graph, Parameters parameters, Batches batches, long count) {
    return each(new Session(graph, parameters), batches, count);
  }

  private static List<Evaluation> each(Session session, Batches batches, long count) {
    List<Evaluation> each = new ArrayList<>();
    for (long i = 0; i < count; i++) {
      Batch batch = batches.batch(i);
      if (batch.supervised() > 0) {
        SequenceLosses losses = SequenceLosses.of(batch);
        try (Gradients off = Gradients.off()) {
          session.sum(Loss.pass(batch, Mode.inference()), losses);
        }
        each.addAll(losses.evaluations());
      }
    }
    return each;
  }

  /**
   * Several as one: the mean over all their tokens.
   *
   * @throws IllegalArgumentException if there is no token
   */
  public static Evaluation together(List<Evaluation> parts) {
    long supervised = parts.stream().mapToLong(Evaluation::supervised).sum();
    if (supervised == 0) {
      throw new IllegalArgumentException("No supervised token to evaluate on");
    }
    double sum = parts.stream().mapToDouble(part -> part.loss * part.supervised).sum();
    return new Evaluation(sum / supervised, supervised);
  }

  /**
   * The standard error of the mean loss over sequences drawn at random, tokens of one sequence
   * being alike: that of a ratio of two sums (Cochran 1977, eq. 6.13). The mean plus and minus 1.96
   * of it is a 95 % confidence interval. Not a number where there are fewer than two sequences.
   */
  public static double standardError(List<Evaluation> sequences) {
    if (sequences.size() < 2) {
      return Double.NaN; // what rounding leaves must not be divided by zero
    }
    Evaluation mean = together(sequences);
    double squares =
        sequences.stream()
            .mapToDouble(part -> Math.pow((part.loss - mean.loss) * part.supervised, 2))
            .sum();
    double count = sequences.size();
    return Math.sqrt(count / (count - 1) * squares) / mean.supervised;
  }
}
