package dev.lorax.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lorax.Model;
import dev.lorax.graph.Graph;
import dev.lorax.graph.GraphBuilder;
import dev.lorax.graph.Parameters;
import dev.lorax.graph.Sequences;
import dev.lorax.lora.Adapter;
import dev.lorax.lora.Dropout;
import dev.lorax.lora.Lora;
import dev.lorax.lora.LoraConfig;
import dev.lorax.lora.Lorax;
import dev.lorax.lora.Scaling;
import dev.lorax.lora.Start;
import dev.lorax.op.Dense;
import dev.lorax.op.Embedding;
import dev.lorax.op.Input;
import java.util.Iterator;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What is trained must have a gradient; that it is zero for a while is no fault. */
class InfluenceTest {
  private static final Windows WINDOWS = Batches.windows(Run.text(200), 6);

  @Test
  void aParameterThatIsCutOffIsAnErrorThatNamesIt() {
    GraphBuilder builder = new GraphBuilder();
    int x = builder.add("x", new Embedding(29, 4), builder.add("tokens", Input.TOKENS));
    builder.add("unused.query", new Dense(4, 4, false), x);
    Graph graph = builder.build(builder.add("value", new Dense(4, 29, false), x));
    Batch batch = new Batch(new int[] {1, 2}, new int[] {2, 3}, Sequences.of(2));
    try (Parameters base = Parameters.initial(graph, node -> true, 1);
        Adapter adapter = Adapter.initial(Lorax.inject(graph, LoraConfig.builder().build()), 2);
        Trainer trainer =
            Trainer.of(new Model(graph, base), adapter, number -> batch).steps(2).build()) {
      assertThatThrownBy(() -> trainer.iterator().next())
          .isInstanceOf(TrainingException.class)
          .hasMessageContaining("unused.query.lora.")
          .hasMessageContaining("no influence on the loss");
    }
  }

  /** While B is zero, A's gradient is zero: that is how LoRA starts. */
  @Test
  void aThatCannotLearnInTheFirstStepIsNoError() {
    try (Run run = new Run();
        Adapter fresh = Adapter.initial(run.adapter.graph(), 3);
        Trainer trainer = Trainer.of(run.base, fresh, WINDOWS).steps(2).build()) {
      Iterator<Step> steps = trainer.iterator();
      steps.next();
      trainer
          .gradients()
          .forEach(
              (name, gradient) ->
                  assertThat(gradient.norm().item() == 0).as(name).isEqualTo(name.endsWith(".a")));
      steps.next();
      assertThat(trainer.gradients().values()).allMatch(gradient -> gradient.norm().item() > 0);
    }
  }

  /** A is shared with a node that does learn, so that B alone has no gradient. */
  @Test
  void bWithoutAGradientIsAnErrorThatNamesIt() {
    GraphBuilder builder = new GraphBuilder();
    int x = builder.add("x", new Embedding(29, 4), builder.add("tokens", Input.TOKENS));
    builder.add("unused", new Dense(4, 4, false), x);
    Graph graph = builder.build(builder.add("value", new Dense(4, 29, false), x));
    Graph injected =
        Lorax.inject(
            graph,
            node ->
                node.op() instanceof Dense dense
                    ? Optional.of(
                        new Lora(
                            dense,
                            1,
                            Scaling.of(1),
                            Dropout.NONE,
                            Start.KAIMING,
                            Optional.of("value.lora.a").filter(a -> node.name().equals("unused"))))
                    : Optional.empty());
    Batch batch = new Batch(new int[] {1, 2}, new int[] {2, 3}, Sequences.of(2));
    try (Parameters base = Parameters.initial(graph, node -> true, 1);
        Adapter adapter = Adapter.initial(injected, 2);
        Trainer trainer =
            Trainer.of(new Model(graph, base), adapter, number -> batch).steps(2).build()) {
      assertThatThrownBy(() -> trainer.iterator().next())
          .isInstanceOf(TrainingException.class)
          .hasMessage(
              "The trained parameter unused.lora.b has no influence on the loss,"
                  + " so it cannot learn");
    }
  }
}
