package dev.lorax.cli.bench;

import dev.lorax.cli.console.Console;
import dev.lorax.cli.console.Figures;
import dev.lorax.cli.report.AdapterModules;
import dev.lorax.lora.Adapter;
import dev.lorax.tensor.Engine;
import java.util.Locale;
import java.util.stream.Collectors;

/** The figures of a benchmark as people read them. */
final class Table {
  private final Console console;

  Table(Console console) {
    this.console = console;
  }

  void print(Measured measured, Machine machine) {
    Subject subject = measured.subject();
    console.result(
        "model",
        "%s: %s, %s parameters in %s%s"
            .formatted(
                subject.source(),
                subject.family(),
                Figures.shortCount(subject.graph().parameterCount()),
                subject.type(),
                subject.isRandom() ? ", random" : ""));
    console.result(
        "work",
        "%s: %d x %d tokens, %s, %d threads"
            .formatted(
                measured.bench(), measured.batch(), measured.seq(), adapter(measured), threads()));
    times(measured.unit(), measured.repetition().warmup(), measured.repetition().millis());
    measured.repetition().beside().ifPresent(this::beside);
    console.result(
        "speed",
        "%s tokens/s, %s of the limit"
            .formatted(rate(measured.tokensPerSecond()), Figures.percent(measured.share())));
    console.result(
        "limit",
        "%s tokens/s: %s"
            .formatted(rate(measured.limitTokensPerSecond()), measured.limit().reason()));
    memory(measured.repetition().memory());
    machine(machine);
  }

  private static String adapter(Measured measured) {
    return measured.adapter().map(adapter -> adapter(adapter, measured.adapters())).orElse("base");
  }

  private static String adapter(Adapter adapter, int count) {
    return "%s rank %d on %s"
        .formatted(
            count == 1 ? "an adapter of" : count + " adapters of",
            adapter.lora(adapter.nodes().get(0)).rank(),
            AdapterModules.names(adapter).stream()
                .map(name -> name.substring(name.lastIndexOf('.') + 1))
                .distinct()
                .collect(Collectors.joining(", ")));
  }

  private static int threads() {
    return Engine.threads();
  }

  void times(String unit, int warmup, Spread spread) {
    console.result(
        unit,
        "median %s ms, half of all within %s .. %s, fastest %s (%d after %d to warm up)"
            .formatted(
                millis(spread.median()),
                millis(spread.lower()),
                millis(spread.upper()),
                millis(spread.min()),
                spread.count(),
                warmup));
  }

  private void beside(Comparison comparison) {
    Spread ratios = comparison.ratios();
    console.result(
        comparison.other().label(),
        String.format(
            Locale.ROOT,
            "%s %.2f times as long, half of all within %.2f .. %.2f",
            comparison.other().text(),
            ratios.median(),
            ratios.lower(),
            ratios.upper()));
  }

  private void memory(MemoryWatch.Memory memory) {
    if (memory.peak().isPresent() && memory.anonymous().isPresent()) {
      console.result(
          "memory",
          "%s at the peak, %s of it not backed by files"
              .formatted(
                  Figures.bytes(memory.peak().getAsLong()),
                  Figures.bytes(memory.anonymous().getAsLong())));
    }
  }

  void machine(Machine machine) {
    console.result("machine", machine.toString());
  }

  private static String millis(double value) {
    return String.format(Locale.ROOT, value < 100 ? "%.2f" : "%,.0f", value);
  }

  private static String rate(double value) {
    return String.format(Locale.ROOT, value < 100 ? "%.1f" : "%,.0f", value);
  }
}
