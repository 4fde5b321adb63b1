package dev.lorax.eva;

import dev.lorax.graph.Graph;
import dev.lorax.graph.Node;
import dev.lorax.graph.Parameterized;
import dev.lorax.lora.Adapter;
import dev.lorax.lora.Beginning;
import dev.lorax.lora.EvaStart;
import dev.lorax.lora.Factors;
import dev.lorax.lora.Lora;
import dev.lorax.lora.LoraConfig;
import dev.lorax.lora.Lorax;
import dev.lorax.lora.Start;
import dev.lorax.model.Classifier;
import dev.lorax.model.LanguageModel;
import dev.lorax.run.Pass;
import dev.lorax.run.Session;
import dev.lorax.tensor.DType;
import dev.lorax.tensor.Gradients;
import dev.lorax.tensor.Scope;
import dev.lorax.tensor.Tensor;
import dev.lorax.train.Batch;
import dev.lorax.train.Batches;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Explained Variance Adaptation (Paischer et al. 2024): A begins with the directions in which a
 * node's inputs vary most, B with zero, and ranks go where directions explain most.
 *
 * <p>A fresh adapter changes nothing, as always, and its file is plain LoRA.
 */
public final class Eva {
  /** Batches that are looked at: the directions hardly change after a few. */
  private static final int BATCHES = 8;

  private final Parameterized base;
  private final Map<String, Lora> asked = new LinkedHashMap<>(); // by the target's name
  private final Map<Integer, PrincipalComponents> inputs = new HashMap<>(); // by the node's id
  private final double rho;

  private Eva(Parameterized base, LoraConfig config, double rho) {
    this.base = base;
    this.rho = rho;
    Graph injected = Lorax.inject(base.graph(), config, Set.of());
    for (Node node : injected.order()) {
      if (node.op() instanceof Lora lora) {
        String target = injected.nodes().get(node.inputs().get(0)).name();
        if (lora.isLookup()) {
          throw new IllegalArgumentException(
              "%s reads ids, which vary in no direction: leave it out of EVA's targets"
                  .formatted(target));
        }
        asked.put(target, lora);
      }
    }
    if (asked.isEmpty()) {
      throw new IllegalArgumentException("EVA goes with plain LoRA: leave out the other form");
    }
  }

  /**
   * A fresh adapter whose A's come from data.
   *
   * @param config with {@link EvaStart}
   * @param batches what the adapter will be trained on
   * @param seed of what is drawn besides
   * @throws IllegalArgumentException if the configuration asks for another start or form, or the
   *     first batch has fewer tokens than a rank may become
   */
  public static Adapter adapter(Parameterized base, LoraConfig config, Batches batches, long seed) {
    if (!(config.start() instanceof EvaStart start)) {
      throw new IllegalArgumentException("The start is %s, not eva".formatted(config.start()));
    }
    Eva eva = new Eva(base, config, start.rho());
    try {
      eva.look(batches);
      return Adapter.initial(base, config, eva.ops(), seed);
    } finally {
      eva.inputs.values().forEach(PrincipalComponents::close);
    }
  }

  private int input(String target) {
    return base.graph().node(target).orElseThrow().inputs().get(0);
  }

  private int most(Lora lora) {
    int widest = Math.min(lora.target().in(), lora.target().out());
    return (int) Math.min(widest, Math.ceil(rho * lora.rank()));
  }

  /** Runs the base over the batches; nodes that read the same value share what is seen of it. */
  private void look(Batches batches) {
    asked.forEach(
        (target, lora) ->
            inputs.computeIfAbsent(input(target), id -> new PrincipalComponents(mostOfInput(id))));
    Graph watched =
        base.graph()
            .insertAfter(
                node -> inputs.containsKey(node.id()),
                (node, moved) ->
                    new Node(
                        node.id(),
                        node.name() + ".watched",
                        new Watched(inputs.get(node.id())::add),
                        List.of(moved.id())));
    Session session = new Session(watched, base.parameters());
    try (Gradients off = Gradients.off()) {
      for (int i = 0; i < BATCHES; i++) {
        Batch batch = batches.batch(i);
        requireEnough(batch);
        try (Scope scope = new Scope()) {
          session.run(pass(batch), scope);
        }
      }
    }
  }

  /** The value of one row of each sequence, which is little to compute: that which is its class. */
  private Pass pass(Batch batch) {
    Pass all = Pass.of(batch.tokens(), batch.sequences());
    Pass typed = batch.types().map(all::typed).orElse(all);
    return base instanceof LanguageModel model && model.architecture() instanceof Classifier
        ? typed.firstRows()
        : typed.lastRows();
  }

  private int mostOfInput(int id) {
    return asked.entrySet().stream()
        .filter(entry -> input(entry.getKey()) == id)
        .mapToInt(entry -> most(entry.getValue()))
        .max()
        .orElseThrow();
  }

  private void requireEnough(Batch batch) {
    int most = asked.values().stream().mapToInt(this::most).max().orElseThrow();
    if (batch.tokens().length < most) {
      throw new IllegalArgumentException(
          "A batch of %d tokens shows fewer directions than the %d that EVA may need: take larger"
                  .formatted(batch.tokens().length, most)
              + " batches or a lower rank");
    }
  }

  /** One direction of one node's input. */
  private record Direction(String target, double share) {}

  /** The ops with their new ranks; nodes whose directions explain least get none. */
  private Map<String, Lora> ops() {
    Map<String, Integer> ranks = new HashMap<>();
    List<Direction> directions = new ArrayList<>();
    asked.forEach(
        (target, lora) -> {
          double[] shares = inputs.get(input(target)).shares();
          for (int i = 0; i < Math.min(most(lora), shares.length); i++) {
            directions.add(new Direction(target, shares[i]));
          }
        });
    int budget = asked.values().stream().mapToInt(Lora::rank).sum();
    directions.stream()
        .sorted(Comparator.comparingDouble(Direction::share).reversed())
        .limit(budget)
        .forEach(direction -> ranks.merge(direction.target(), 1, Integer::sum));
    Map<String, Lora> ops = new HashMap<>();
    ranks.forEach(
        (target, rank) -> {
          float[] a = inputs.get(input(target)).first(rank).toFloats();
          ops.put(target, asked.get(target).ranked(rank).starting(new Directions(a)));
        });
    return ops;
  }

  /**
   * A as it was found, B zero.
   *
   * @param values of A in row order
   */
  private record Directions(float[] values) implements Start {
    @Override
    public Factors factors(Lora op, Beginning beginning) {
      return new Factors(
          Tensor.of(values, op.rank(), op.target().in()),
          Tensor.zeros(DType.F32, op.target().out(), op.rank()));
    }
  }
}
