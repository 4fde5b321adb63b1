package dev.lorax.cli;

import dev.lorax.cli.console.Failure;
import dev.lorax.cli.report.Excerpt;
import dev.lorax.cli.training.LoraOptions;
import dev.lorax.graph.Drawing;
import dev.lorax.graph.Graph;
import dev.lorax.graph.Node;
import dev.lorax.lora.Adaptation;
import dev.lorax.lora.InjectionPictures;
import dev.lorax.lora.LoraConfig;
import dev.lorax.lora.Lorax;
import dev.lorax.lora.LowRank;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Option;

/** Which picture of a graph is wanted. */
final class GraphOptions {
  /** Which graph. */
  enum View {
    BEFORE,
    AFTER,
    DIFF,
    STEPS;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** How it is drawn. */
  enum Format {
    TEXT,
    MERMAID;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  @Option(
      names = "--graph",
      paramLabel = "VIEW",
      description =
          "Draw the model's graph: before injection, after it, diff for what it changes, or steps"
              + " for the injection of one node in five Mermaid pictures.")
  private View view;

  @Option(
      names = "--format",
      paramLabel = "FORMAT",
      description = "text or mermaid (default: text; mermaid draws before or after).")
  private Format format = Format.TEXT;

  @Option(
      names = "--block",
      paramLabel = "N",
      description = "Which block is drawn (default: ${DEFAULT-VALUE}; all look alike).")
  private int block;

  @Option(names = "--all", description = "Draw the whole graph, not one block.")
  private boolean all;

  @Option(
      names = "--node",
      paramLabel = "NAME",
      description = "Which node steps are drawn of (default: the first that is adapted).")
  private String node;

  @ArgGroup(exclusive = false, validate = false)
  private LoraOptions lora = new LoraOptions();

  boolean isWanted() {
    return view != null;
  }

  String view() {
    return view.toString();
  }

  /** A line that says what is drawn. */
  String caption(Graph base) {
    if (view == View.STEPS) {
      return "the injection of one node, step by step";
    }
    return all
        ? "the whole graph"
        : "block %d of %d; --all draws everything".formatted(block, Excerpt.blocks(base));
  }

  /**
   * The picture.
   *
   * @param given the graph with an adapter that the user named, or null to inject a fresh one
   */
  String draw(Graph base, Graph given) {
    if (view == View.STEPS) {
      return Failure.orUsage(() -> steps(base, given));
    }
    Graph before = excerpt(base);
    if (view == View.BEFORE) {
      return format == Format.TEXT ? Drawing.listing(before) : Drawing.mermaid(before, Set.of());
    }
    Graph injected = given != null ? given : Failure.orUsage(() -> injected(base, lora.config()));
    Graph after = excerpt(injected);
    if (format == Format.MERMAID) {
      return Drawing.mermaid(after, loras(after)); // the diff of a picture: what is new is marked
    }
    return view == View.AFTER ? Drawing.listing(after) : Drawing.difference(before, after);
  }

  private static Graph injected(Graph base, LoraConfig config) {
    return Lorax.inject(base, config, config.copies().names(base, config.targets()));
  }

  /** Each picture under its title, as Markdown. */
  private String steps(Graph base, Graph given) {
    Graph after = given != null ? given : injected(base, lora.config());
    String name =
        node != null
            ? node
            : after.order().stream()
                .filter(each -> each.op() instanceof LowRank)
                .map(each -> Lorax.targetOf(each.name()))
                .findFirst()
                .orElse("");
    StringBuilder text = new StringBuilder();
    int number = 0;
    for (InjectionPictures.Picture picture : InjectionPictures.of(base, after, name)) {
      text.append("%d. %s\n\n```mermaid\n".formatted(++number, picture.title()));
      text.append(picture.mermaid()).append("```\n\n");
    }
    return text.toString();
  }

  private Graph excerpt(Graph graph) {
    return all ? graph : Failure.orUsage(() -> Excerpt.of(graph, block));
  }

  private static Set<String> loras(Graph graph) {
    return graph.nodes().values().stream()
        .filter(node -> node.op() instanceof Adaptation)
        .map(Node::name)
        .collect(Collectors.toSet());
  }
}
