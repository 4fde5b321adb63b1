package dev.lorax.cli.doctor;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lorax.cli.training.ExampleMaterial;
import dev.lorax.cli.training.Material;
import dev.lorax.cli.training.MemoryBudget;
import dev.lorax.cli.training.MemoryChoice;
import dev.lorax.data.Finding;
import dev.lorax.data.TokenStatistics;
import java.util.List;

/** An examination as one JSON object; the guide on the doctor documents its fields. */
public final class JsonTelling implements Telling {
  private static final int BINS = 10;

  private final ObjectNode json = new ObjectMapper().createObjectNode();

  /** What was told so far. */
  public ObjectNode json() {
    return json;
  }

  @Override
  public void modules(List<ModuleKind> kinds) {
    long trained = kinds.stream().mapToLong(ModuleKind::trained).sum();
    long frozen = kinds.stream().mapToLong(ModuleKind::frozen).sum();
    json.put("trainedParameters", trained);
    json.put("allParameters", trained + frozen);
    kinds.forEach(json.putArray("modules")::addPOJO);
  }

  @Override
  public void samples(List<SampleView> samples) {
    samples.forEach(json.putArray("samples")::addPOJO);
  }

  @Override
  public void data(Material material) {
    ObjectNode data = json.putObject("data");
    data.put("perEpoch", material.perEpoch());
    data.put("unit", material.unit());
    data.put("meanTokens", material.meanTokens());
    if (material instanceof ExampleMaterial samples) {
      statistics(data, samples);
    }
  }

  private static void statistics(ObjectNode data, ExampleMaterial samples) {
    TokenStatistics statistics = samples.statistics();
    data.put("samplesLookedAt", statistics.samples());
    data.put("dropped", statistics.dropped());
    data.put("examples", statistics.examples());
    data.put("tokens", statistics.tokens());
    data.put("learnedTokens", statistics.learned());
    statistics.histogram(BINS).forEach(data.putArray("lengths")::addPOJO);
    ObjectNode found = data.putObject("found");
    for (Finding finding : Finding.values()) {
      int count = samples.survey().count(finding);
      if (count > 0) {
        found.put(finding.name(), count);
      }
    }
  }

  @Override
  public void memory(MemoryChoice choice, MemoryBudget budget) {
    ObjectNode memory = json.putObject("memory");
    memory.put("expectedBytes", choice.peak());
    if (budget.bytes() < Long.MAX_VALUE) {
      memory.put("availableBytes", budget.bytes());
    }
    memory.put("recompute", choice.recomputation().share());
  }

  @Override
  public void time(TimeEstimate estimate) {
    ObjectNode time = json.putObject("time");
    time.put("stepsTimed", estimate.tried());
    time.put("tokensPerSecond", estimate.tokensPerSecond());
    time.put("secondsPerStep", estimate.step().toNanos() / 1e9);
    time.put("steps", estimate.steps());
    time.put("expectedSeconds", estimate.whole().toNanos() / 1e9);
  }

  @Override
  public void findings(List<Diagnosis> found) {
    ArrayNode findings = json.putArray("findings");
    for (Diagnosis diagnosis : found) {
      ObjectNode one = findings.addObject();
      one.put("severity", diagnosis.severity().toString());
      one.put("check", diagnosis.check());
      one.put("what", diagnosis.what());
      one.put("remedy", diagnosis.remedy());
    }
  }
}
