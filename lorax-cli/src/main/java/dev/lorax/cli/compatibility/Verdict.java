package dev.lorax.cli.compatibility;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lorax.cli.compatibility.Remedy.Kind;
import java.util.ArrayList;
import java.util.List;

/** Whether a program loads an adapter. */
public final class Verdict {
  private final Tool tool;
  private final List<Obstacle> obstacles;
  private final List<Remedy> remedies;

  private Verdict(Tool tool, List<Obstacle> obstacles, List<Remedy> remedies) {
    this.tool = tool;
    this.obstacles = obstacles;
    this.remedies = remedies;
  }

  /** A program's, by its rules; where one says that it cannot, the others do not matter. */
  static Verdict of(Tool tool, AdapterFacts facts) {
    List<Obstacle> all = tool.obstacles(facts);
    List<Obstacle> last = all.stream().filter(Verdict::isLast).toList();
    List<Obstacle> obstacles = last.isEmpty() ? all : last;
    List<Remedy> remedies = new ArrayList<>();
    if (last.isEmpty() && !tool.format().equals(facts.form())) {
      remedies.add(Remedy.export(tool.format()));
    }
    obstacles.stream()
        .map(Obstacle::cure)
        .filter(cure -> !remedies.contains(cure))
        .forEach(remedies::add);
    return new Verdict(tool, obstacles, remedies);
  }

  private static boolean isLast(Obstacle obstacle) {
    return obstacle.cure().kind() == Kind.NONE;
  }

  /** The program's name. */
  public String tool() {
    return tool.name();
  }

  private boolean loads() {
    return obstacles.stream().noneMatch(Verdict::isLast);
  }

  /** Fills an object for programs. */
  public void fill(ObjectNode json) {
    json.put("tool", tool());
    json.put("verdict", !loads() ? "cannot" : remedies.isEmpty() ? "loads" : "loads-after");
    remedies.stream().map(Remedy::text).forEach(json.putArray("remedies")::add);
    obstacles.stream().map(Obstacle::what).forEach(json.putArray("reasons")::add);
  }

  /** One line without the name. */
  @Override
  public String toString() {
    String why = String.join("; ", obstacles.stream().map(Obstacle::what).toList());
    if (!loads()) {
      return "cannot, because " + why;
    }
    if (remedies.isEmpty()) {
      return "loads as it is";
    }
    String how = String.join(" and ", remedies.stream().map(Remedy::condition).toList());
    return "loads " + how + (why.isEmpty() ? "" : ": " + why);
  }
}
