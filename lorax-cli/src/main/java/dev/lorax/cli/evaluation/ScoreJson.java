package dev.lorax.cli.evaluation;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lorax.train.Evaluation;
import java.util.List;
import java.util.Locale;

/** Scores for programs. */
public final class ScoreJson {
  private ScoreJson() {}

  /** One object; an interval that is unknown is null. */
  public static ObjectNode of(List<Score> scores) {
    Score base = scores.get(0);
    ObjectNode json = new ObjectMapper().createObjectNode();
    json.put("sequences", base.sequences().size());
    json.put("supervisedTokens", Evaluation.together(base.sequences()).supervised());
    ArrayNode results = json.putArray("results");
    for (Score score : scores) {
      ObjectNode one = results.addObject();
      one.put("name", score.name());
      put(one, "loss", score.loss());
      put(one, "perplexity", score.loss().map(Math::exp));
      score.right().ifPresent(right -> put(one.putObject("exactMatch"), right));
      if (score != base) {
        put(one.putObject("difference"), score.lossAbove(base));
      }
    }
    return json;
  }

  private static void put(ObjectNode json, Estimate difference) {
    put(json, "loss", difference);
    json.put("verdict", Verdict.of(difference).name().toLowerCase(Locale.ROOT));
  }

  private static void put(ObjectNode json, Score.Right right) {
    json.put("right", right.count());
    json.put("asked", right.of());
    put(json, "share", right.share());
  }

  private static void put(ObjectNode json, String name, Estimate estimate) {
    json.put(name, estimate.value());
    if (estimate.isSure()) {
      json.putArray(name + "Interval").add(estimate.low()).add(estimate.high());
    } else {
      json.putNull(name + "Interval");
    }
  }
}
