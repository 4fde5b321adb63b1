package dev.lorax.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lorax.Forward;
import dev.lorax.Models;
import dev.lorax.graph.Graph;
import dev.lorax.graph.Parameters;
import dev.lorax.lora.LoraConfig;
import dev.lorax.lora.Lorax;
import dev.lorax.lora.Targets;
import dev.lorax.tensor.DType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** In which order a step computes, and where its values lie. */
class StagesTest {
  private final Graph graph =
      Lorax.inject(
          Models.llama().graph(), LoraConfig.builder().targets(Targets.allLinear()).build());
  private Parameters parameters;
  private Plan plan;
  private Stages stages;

  @BeforeEach
  void order() {
    parameters = Forward.filled(graph, DType.F32, 1);
    plan = new Plan(graph, parameters);
    stages = new Stages(plan, StepProgram.steps(plan));
  }

  @AfterEach
  void close() {
    parameters.close();
  }

  @Test
  void productsOfOneInputAreTogether() {
    List<String> shared =
        stages.inOrder().stream()
            .filter(stage -> stage.length > 1)
            .map(stage -> Arrays.stream(stage).mapToObj(p -> plan.node(p).name()).toList())
            .map(names -> names.toString().replaceAll("[a-z0-9_.]*[.]", ""))
            .distinct()
            .toList();
    assertThat(shared).containsExactly("[query, key, value]", "[gate, up]");
  }

  @Test
  void eachPlaceIsComputedOnceAndAfterItsInputs() {
    List<Integer> done = new ArrayList<>();
    for (int[] stage : stages.inOrder()) {
      for (int place : stage) {
        assertThat(Arrays.stream(plan.inputs(place)).boxed()).allMatch(done::contains);
      }
      Arrays.stream(stage).forEach(done::add);
    }
    assertThat(done).doesNotHaveDuplicates().hasSize(plan.size());
  }

  @Test
  void noValueIsOverwrittenBeforeItsLastUse() {
    Map<Integer, Integer> held = new HashMap<>(); // which place's value lies in a slot
    for (int[] stage : stages.inOrder()) {
      Map<Integer, Integer> before = Map.copyOf(held);
      for (int place : stage) {
        held.put(stages.slot(place), place);
      }
      for (int place : stage) {
        for (int input : plan.inputs(place)) {
          assertThat(before).containsEntry(stages.slot(input), input);
          assertThat(held)
              .containsEntry(stages.slot(input), input); // read while others are written
        }
      }
    }
    int last = plan.size() - 1;
    assertThat(held).containsEntry(stages.slot(last), last);
    assertThat(stages.slots()).isLessThan(12);
  }
}
