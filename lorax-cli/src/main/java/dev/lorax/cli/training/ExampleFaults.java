package dev.lorax.cli.training;

import dev.lorax.cli.console.Failure;
import dev.lorax.cli.console.Figures;
import dev.lorax.data.Finding;
import dev.lorax.data.Layout;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * What is wrong or remarkable with samples of files, as far as they have been seen.
 *
 * @param parts the files
 */
public record ExampleFaults(List<ExampleMaterial.Part> parts) {
  /** A line for each file of which there is something to say. */
  public List<String> lines() {
    return parts.stream()
        .filter(part -> !part.examples().findings().isEmpty())
        .map(part -> "%s: %s".formatted(part.file().file(), part.examples().findings()))
        .toList();
  }

  /** What to do against that for which most samples are dropped. */
  public String remedy() {
    Finding most =
        Arrays.stream(Finding.values())
            .filter(Finding::drops)
            .max(Comparator.comparingInt(this::count))
            .orElseThrow();
    return switch (most) {
      case REFUSED -> "mend those conversations, or give another template (--chat-template)";
      case TOO_LONG -> "give a longer --max-length, or --too-long cut or split";
      case NOTHING_LEARNED -> moreToLearn();
      default -> "mend those lines";
    };
  }

  /** What to do where samples teach too little. */
  public String moreToLearn() {
    boolean texts = parts.stream().allMatch(part -> part.file().format().layout() == Layout.TEXT);
    return texts
        ? "give a longer --max-length, or longer texts"
        : "give --learn-prompts, or a longer --max-length if the prompts leave no room for answers";
  }

  private int count(Finding finding) {
    return parts.stream().mapToInt(part -> part.examples().findings().count(finding)).sum();
  }

  Failure nothingToLearn(long lookedAt) {
    ExampleMaterial.Part first = parts.get(0);
    return Failure.of(
        "%s holds nothing to learn: of %s samples looked at %s: %s"
            .formatted(
                first.file().file(),
                Figures.count(lookedAt),
                first.examples().findings(),
                remedy()));
  }

  Failure nothingToMeasure(int heldOut) {
    boolean apart = parts.stream().anyMatch(part -> part.weight() == 0);
    return Failure.of(
        "none of the %s held-out samples can be used (%s): %s, or give %s"
            .formatted(
                Figures.count(heldOut),
                String.join("; ", lines()),
                remedy(),
                apart
                    ? "another --validation file"
                    : "more --held-out, --validation FILE, or --held-out 0 to measure nothing"));
  }
}
