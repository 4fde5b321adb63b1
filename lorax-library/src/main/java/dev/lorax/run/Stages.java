package dev.lorax.run;

import dev.lorax.graph.Stepwise.ProductStep;
import dev.lorax.graph.Stepwise.Step;
import dev.lorax.op.ExpertCombine;
import dev.lorax.op.ExpertDispatch;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * In which order the places of a plan are computed in a step, and where their values go.
 *
 * <p>A stage is one place, or several whose products have the same input, such as query, key and
 * value: they come with the first of them.
 */
final class Stages {
  private final List<int[]> stages = new ArrayList<>();
  private final int[] slots;
  private final boolean[] ofExpert;
  private int count;

  Stages(Plan plan, List<Step> steps) {
    Map<Integer, List<Integer>> products = new HashMap<>(); // by their input
    Map<Integer, List<Integer>> byFirst = new LinkedHashMap<>();
    for (int place = 0; place < plan.size(); place++) {
      if (steps.get(place) instanceof ProductStep) {
        int first = place;
        products
            .computeIfAbsent(
                plan.inputs(place)[0],
                input -> byFirst.computeIfAbsent(first, at -> new ArrayList<>()))
            .add(place);
      } else {
        byFirst.put(place, List.of(place));
      }
    }
    byFirst.values().forEach(stage -> stages.add(stage.stream().mapToInt(i -> i).toArray()));
    slots = new int[plan.size()];
    giveSlots(plan);
    ofExpert = new boolean[plan.size()];
    for (int place = 0; place < plan.size(); place++) {
      ofExpert[place] = isOfExpert(plan, place);
    }
  }

  /** From what is dispatched to an expert to before all are combined. */
  private boolean isOfExpert(Plan plan, int place) {
    return !(plan.node(place).op() instanceof ExpertCombine)
        && Arrays.stream(plan.inputs(place))
            .anyMatch(i -> ofExpert[i] || plan.node(i).op() instanceof ExpertDispatch);
  }

  /** Gives each value a slot that no other value has while it is alive. */
  private void giveSlots(Plan plan) {
    int[] lastUse = lastUses(plan);
    Deque<Integer> free = new ArrayDeque<>();
    for (int i = 0; i < stages.size(); i++) {
      for (int place : stages.get(i)) {
        slots[place] = free.isEmpty() ? count++ : free.pop();
      }
      int stage = i;
      Arrays.stream(stages.get(i))
          .flatMap(place -> Arrays.stream(plan.inputs(place)))
          .distinct()
          .filter(input -> lastUse[input] == stage)
          .forEach(input -> free.push(slots[input]));
    }
  }

  /** The stage that reads each place's value last; −1 for the graph's own. */
  private int[] lastUses(Plan plan) {
    int[] lastUse = new int[plan.size()];
    Arrays.fill(lastUse, -1);
    for (int i = 0; i < stages.size(); i++) {
      for (int place : stages.get(i)) {
        for (int input : plan.inputs(place)) {
          lastUse[input] = i;
        }
      }
    }
    return lastUse;
  }

  /** The places of each stage, in order. */
  List<int[]> inOrder() {
    return stages;
  }

  /** Whether a place works on one expert's rows alone, of which there may be none. */
  boolean isOfExpert(int place) {
    return ofExpert[place];
  }

  /** Where a place's value goes. */
  int slot(int place) {
    return slots[place];
  }

  /** How many slots there are. */
  int slots() {
    return count;
  }
}
