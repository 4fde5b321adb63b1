import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.File;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Makes a table in Markdown of what compare.sh measured: ComparisonTable.java RECORDS.json */
public class ComparisonTable {
  private record Measured(String work, String program, JsonNode result) {}

  /** A goal: at least or at most a ratio to others, or a share of the limit; empty: none. */
  private record Goal(OptionalDouble ratio, OptionalDouble share) {
    static Goal of(double ratio, double share) {
      return new Goal(
          ratio == 0 ? OptionalDouble.empty() : OptionalDouble.of(ratio),
          share == 0 ? OptionalDouble.empty() : OptionalDouble.of(share));
    }
  }

  private final List<Measured> all;

  private ComparisonTable(List<Measured> all) {
    this.all = all;
  }

  public static void main(String[] args) throws Exception {
    List<Measured> all = new ArrayList<>();
    try (MappingIterator<JsonNode> records =
        new ObjectMapper().readerFor(JsonNode.class).readValues(new File(args[0]))) {
      while (records.hasNext()) {
        JsonNode record = records.next();
        String work = record.get("work").asText();
        all.add(new Measured(work, record.get("program").asText(), record.get("result")));
      }
    }
    new ComparisonTable(all).print();
  }

  private void print() {
    System.out.println("| | Lorax | best beside it | ratio (goal) | of the limit (goal) |");
    System.out.println("|---|---|---|---|---|");
    training("GPT-2 shape, f32", "train-gpt2-f32", Goal.of(1.4, 0.85));
    training("GPT-2 shape, bf16 base", "train-gpt2-bf16", Goal.of(1.55, 0.8));
    training("Llama shape, f32", "train-llama-f32", Goal.of(0, 0));
    training("Llama shape, bf16 base", "train-llama-bf16", Goal.of(1.55, 0.8));
    speed("decoding, bf16", "decode-llama-bf16", Goal.of(1, 0.8));
    speed("decoding, 8 bit", "decode-llama-int8", Goal.of(1, 0.8));
    speed("decoding, 4 bit", "decode-llama-int4", Goal.of(1, 0.8));
    adapters();
    speed("reading 256 tokens, bf16", "prefill-llama-256", Goal.of(2, 0));
    speed("reading 2,048 tokens, bf16", "prefill-llama-2048", Goal.of(2, 0));
    start();
    System.out.println();
    System.out.println(caption());
  }

  private void training(String label, String work, Goal goal) {
    speed("training, " + label, work, goal);
    OptionalDouble ours = peak(work, "lorax");
    if (ours.isEmpty()) {
      return;
    }
    Optional<String> least =
        peers(work).stream()
            .min((a, b) -> Double.compare(peak(work, a).getAsDouble(), peak(work, b).getAsDouble()));
    String beside =
        least.map(p -> bytes(peak(work, p).getAsDouble()) + ", " + name(work, p)).orElse("not measured");
    String ratio =
        least.map(p -> most(ours.getAsDouble() / peak(work, p).getAsDouble(), 0.5)).orElse("");
    row("– its peak memory", bytes(ours.getAsDouble()), beside, ratio, "");
  }

  private void speed(String label, String work, Goal goal) {
    OptionalDouble ours = speed(work, "lorax");
    Optional<String> best =
        peers(work).stream()
            .max((a, b) -> Double.compare(speed(work, a).getAsDouble(), speed(work, b).getAsDouble()));
    if (ours.isEmpty() && best.isEmpty()) {
      return;
    }
    String beside =
        best.map(p -> rate(speed(work, p).getAsDouble()) + ", " + name(work, p)).orElse("not measured");
    String ratio =
        best.isEmpty() || ours.isEmpty()
            ? ""
            : least(ours.getAsDouble() / speed(work, best.get()).getAsDouble(), goal.ratio(), "%.2f");
    String share = ours.isEmpty() ? "" : share(work, goal);
    String own = ours.isEmpty() ? "not there yet" : rate(ours.getAsDouble()) + " tokens/s";
    row(label, own, beside, ratio, share);
  }

  /** The best limit of all rounds counts: whatever else ran can only have lowered it. */
  private String share(String work, Goal goal) {
    double limit =
        java.util.Arrays.stream(figures(work, "lorax", "/limit/tokensPerSecond")).max().getAsDouble();
    double reached = speed(work, "lorax").getAsDouble() / limit;
    return least(100 * reached, times(goal.share(), 100), "%.0f %%") + " of " + rate(limit);
  }

  private void adapters() {
    OptionalDouble eight = speed("decode-8-adapters", "lorax");
    OptionalDouble one = speed("decode-llama-bf16", "lorax");
    if (eight.isPresent() && one.isPresent()) {
      String ratio =
          least(eight.getAsDouble() / one.getAsDouble(), OptionalDouble.of(4), "%.2f");
      String beside = rate(one.getAsDouble()) + ", Lorax with batch 1";
      row("decoding, 8 adapters in a batch of 8, bf16", rate(eight.getAsDouble()) + " tokens/s", beside, ratio, "");
    }
  }

  private void start() {
    OptionalDouble millis = median("start", "lorax", "/millisecondsToFirstByte/median");
    millis.ifPresent(
        found ->
            row(
                "`lorax generate`, start to first text",
                mark(seconds(found), found <= 1000) + " (≤ 1 s)",
                "",
                "",
                ""));
  }

  private static void row(String... cells) {
    System.out.println("| " + String.join(" | ", cells) + " |");
  }

  private String caption() {
    JsonNode machine = of("lorax").get(0).result().get("machine");
    String date = of("lorax").get(0).result().get("date").asText().substring(0, 10);
    long rounds =
        all.stream().filter(m -> m.program().equals("lorax")).collect(
                Collectors.groupingBy(Measured::work, Collectors.counting()))
            .values().stream().mapToLong(n -> n).max().orElse(0);
    return ("%s on %s: %s, %d cores, Java %s; beside it %s. Training: 2 × 256 tokens,"
            + " rank 4 on query, key, value; decoding: 64 tokens after 16, the adapter not merged (llama.cpp"
            + " without one). Bold: goal reached. The limit is measured in Lorax's own process: products for"
            + " training (4 operations a number and token), bytes of weights for decoding; attention counts"
            + " nothing. `docs/benchmarks/compare.sh` repeats it.")
        .formatted(
            rounds == 1 ? "One round" : "Medians of " + rounds + " rounds in turns",
            date,
            machine.get("processor").asText(),
            machine.get("cores").asInt(),
            machine.get("java").asText().replaceFirst(" .*", ""),
            versions());
  }

  private String versions() {
    Set<String> versions = new TreeSet<>();
    for (Measured measured : all) {
      if (measured.program().startsWith("peft")) {
        versions.add(measured.result().get("program").asText().replaceFirst("\\+cpu$", ""));
      } else if (measured.program().equals("llama.cpp")) {
        JsonNode first = measured.result().get(0);
        versions.add(
            "llama.cpp build %s (%s)"
                .formatted(first.get("build_number").asText(), first.get("build_commit").asText()));
      }
    }
    return versions.isEmpty() ? "nothing: no other program was there" : String.join("; ", versions);
  }

  // ---- figures

  private List<Measured> of(String program) {
    return all.stream().filter(m -> m.program().equals(program)).toList();
  }

  private Set<String> peers(String work) {
    return all.stream()
        .filter(m -> m.work().equals(work) && !m.program().equals("lorax"))
        .map(Measured::program)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static String name(String work, String program) {
    return program.startsWith("peft-") ? "PEFT, " + program.substring(5) : program;
  }

  private OptionalDouble speed(String work, String program) {
    return median(work, program, program.equals("llama.cpp") ? "samples" : "/tokensPerSecond");
  }

  private OptionalDouble peak(String work, String program) {
    return median(work, program, "/memory/peakBytes");
  }

  /** The median over the rounds of what each round tells. */
  private OptionalDouble median(String work, String program, String figure) {
    double[] values = figures(work, program, figure);
    return values.length == 0 ? OptionalDouble.empty() : OptionalDouble.of(middle(values));
  }

  private double[] figures(String work, String program, String figure) {
    return all.stream()
        .filter(m -> m.work().equals(work) && m.program().equals(program))
        .mapToDouble(m -> figure.equals("samples") ? samples(m.result()) : m.result().at(figure).asDouble())
        .toArray();
  }

  private static double samples(JsonNode tests) {
    JsonNode speeds = tests.get(0).get("samples_ts");
    double[] values = new double[speeds.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = speeds.get(i).asDouble();
    }
    return middle(values);
  }

  private static double middle(double[] values) {
    java.util.Arrays.sort(values);
    int half = values.length / 2;
    return values.length % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2;
  }

  // ---- how they are written

  private static OptionalDouble times(OptionalDouble value, double factor) {
    return value.isPresent() ? OptionalDouble.of(value.getAsDouble() * factor) : value;
  }

  private static String least(double value, OptionalDouble goal, String format) {
    String text = String.format(Locale.ROOT, format, value);
    return goal.isEmpty()
        ? text
        : mark(text, value >= goal.getAsDouble())
            + String.format(Locale.ROOT, " (≥ " + format + ")", goal.getAsDouble());
  }

  private static String most(double value, double goal) {
    return mark(String.format(Locale.ROOT, "%.2f", value), value <= goal)
        + String.format(Locale.ROOT, " (≤ %.2f)", goal);
  }

  private static String mark(String text, boolean reached) {
    return reached ? "**" + text + "**" : text;
  }

  private static String rate(double value) {
    return String.format(Locale.ROOT, value < 100 ? "%.1f" : "%,.0f", value);
  }

  private static String seconds(double millis) {
    return String.format(Locale.ROOT, "%.2f s", millis / 1000);
  }

  private static String bytes(double value) {
    return String.format(Locale.ROOT, "%.2f GB", value / 1e9);
  }
}
