package dev.lorax.lora;

import dev.lorax.graph.Graph;
import dev.lorax.graph.Node;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Explains the injection of one node of a real graph in five Mermaid pictures. */
public final class InjectionPictures {
  private final Graph before;
  private final Node target;
  private final Node moved;
  private final Node lora;
  private final Map<String, String> boxes = new LinkedHashMap<>();
  private final List<String> arrows = new ArrayList<>();

  private InjectionPictures(Graph before, Graph after, String name) {
    this.before = before;
    target = named(before, name);
    moved = named(after, name);
    lora = named(after, Lorax.adapterOf(name));
  }

  /**
   * A picture.
   *
   * @param title what it shows, in one sentence
   * @param mermaid a Mermaid flowchart
   */
  public record Picture(String title, String mermaid) {}

  /**
   * The five pictures.
   *
   * @param graph the model
   * @param injected the same with adapters
   * @param name of the node that is adapted
   * @throws IllegalArgumentException if the graph has no such node, or it is not adapted
   */
  public static List<Picture> of(Graph graph, Graph injected, String name) {
    InjectionPictures drawing = new InjectionPictures(graph, injected, name);
    return List.of(
        drawing.picture("The beginning: consumers read the target's id.", 1),
        drawing.picture("The target moves to a fresh id; its old one is vacant.", 2),
        drawing.picture("A LoRA node takes the vacant id, and reads the target.", 3),
        drawing.picture("The LoRA node also reads what the target reads.", 4),
        drawing.picture("Training changes A and B alone; W stays frozen.", 5));
  }

  private Picture picture(String title, int stage) {
    boxes.clear();
    arrows.clear();
    String vacant = id(target.id());
    for (int input : target.inputs()) {
      box(before.nodes().get(input));
      arrows.add(id(input) + " --> " + (stage == 1 ? vacant : id(moved.id())));
    }
    if (stage == 1) {
      box(target);
    } else {
      boxes.put(id(moved.id()), label(moved, stage == 5 ? "<br/>W frozen" : ""));
      boxes.put(vacant, stage == 2 ? "id %d: vacant".formatted(target.id()) : label(lora, stage));
    }
    if (stage >= 3) {
      arrows.add(id(moved.id()) + " --> " + vacant);
    }
    if (stage >= 4) {
      target.inputs().forEach(input -> arrows.add(id(input) + " --> " + vacant));
    }
    consumers(vacant);
    return new Picture(title, mermaid(stage == 2, vacant));
  }

  private void consumers(String vacant) {
    for (Node node : before.nodes().values()) {
      if (node.inputs().contains(target.id())) {
        box(node);
        arrows.add(vacant + " --> " + id(node.id()));
      }
    }
  }

  private String mermaid(boolean dashed, String vacant) {
    StringBuilder text = new StringBuilder("flowchart LR\n");
    boxes.forEach((id, label) -> text.append("  %s[\"%s\"]\n".formatted(id, label)));
    arrows.forEach(arrow -> text.append("  %s\n".formatted(arrow)));
    if (dashed) {
      text.append("  style %s stroke-dasharray: 4 4\n".formatted(vacant));
    }
    return text.toString();
  }

  private void box(Node node) {
    boxes.put(id(node.id()), label(node, ""));
  }

  private static String label(Node node, int stage) {
    return label(node, stage == 5 ? "<br/>Wx + (alpha / r) · B · A · x<br/>A and B trained" : "");
  }

  private static String label(Node node, String more) {
    return "id %d: %s<br/>%s%s".formatted(node.id(), node.name(), node.op(), more);
  }

  private static String id(int id) {
    return "n" + id;
  }

  private static Node named(Graph graph, String name) {
    return graph
        .node(name)
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "There is no node '%s': it is not in the graph, or not a target"
                        .formatted(name)));
  }
}
