package dev.lorax.run;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/**
 * Consecutive nodes of a plan, after which one value alone carries a gradient on: the stream of a
 * residual network, for example.
 *
 * @param from the first place
 * @param to the place after the last
 * @param repeated whether it is computed again on the way back
 * @param reads places before it whose values it needs
 */
record Stretch(int from, int to, boolean repeated, List<Integer> reads) {

  /** Cuts the places before the tail into stretches. */
  static List<Stretch> of(Plan plan, Trained trained, int end, Recomputation memory) {
    List<Integer> cuts = cuts(plan, trained, end);
    int repeated = (int) Math.round(memory.share() * (cuts.size() - 1));
    List<Stretch> stretches = new ArrayList<>();
    for (int i = 0; i + 1 < cuts.size(); i++) {
      int from = cuts.get(i);
      int to = cuts.get(i + 1);
      stretches.add(new Stretch(from, to, i < repeated, reads(plan, from, to)));
    }
    return stretches;
  }

  /** Places before which exactly one value with a gradient is alive; both ends too. */
  private static List<Integer> cuts(Plan plan, Trained trained, int end) {
    int[] changes = new int[plan.size() + 1]; // of how many are alive, at each place
    for (int i = 0; i < end; i++) {
      if (trained.reaches(i) && plan.lastUse(i) != Plan.NEVER) {
        changes[i + 1]++;
        changes[plan.lastUse(i) + 1]--;
      }
    }
    List<Integer> cuts = new ArrayList<>(List.of(0));
    int alive = 0;
    for (int cut = 1; cut < end; cut++) {
      alive += changes[cut];
      if (alive == 1 && trained.reaches(cut - 1) && plan.inputs(cut - 1).length > 1) {
        cuts.add(cut);
      }
    }
    cuts.add(end);
    return cuts;
  }

  private static List<Integer> reads(Plan plan, int from, int to) {
    TreeSet<Integer> reads = new TreeSet<>();
    for (int i = from; i < to; i++) {
      for (int input : plan.inputs(i)) {
        if (input < from) {
          reads.add(input);
        }
      }
    }
    return List.copyOf(reads);
  }

  /** Evaluates it. */
  void there(RoundTrip trip) {
    if (repeated) {
      reads.forEach(trip.frame()::hold);
      trip.frame().compute(from, to);
    } else {
      trip.record(from, to);
    }
  }

  /** Goes back over it. */
  void back(RoundTrip trip) {
    if (repeated) {
      trip.backAgain(from, to);
      reads.forEach(trip.frame()::letGo);
    } else {
      trip.back(from, to);
    }
  }
}
