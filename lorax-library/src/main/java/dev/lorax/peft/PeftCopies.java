package dev.lorax.peft;

import dev.lorax.graph.Parameters;
import dev.lorax.lora.Untying;
import dev.lorax.model.LanguageModel;
import dev.lorax.model.Source;
import dev.lorax.model.WeightMap;
import dev.lorax.tensor.DType;
import dev.lorax.tensor.Scope;
import dev.lorax.tensor.Shape;
import dev.lorax.tensor.Tensor;
import dev.lorax.tensor.Weight;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Values that an adapter has instead of the base's own: biases, and modules that are saved whole.
 *
 * <p>PEFT also saves embeddings whole where they or the output head are adapted, in case they were
 * resized; copies that say the same as the base are passed over.
 */
final class PeftCopies implements PeftPart {
  static final String BASE_LAYER = ".base_layer";

  /** PEFT names both for every classifier, which has one of them. */
  private static final Set<String> HEADS = Set.of("classifier", "score");

  private final PeftConfig config;
  private final LanguageModel base;
  private final Map<String, String> tensors = new LinkedHashMap<>(); // the checkpoint's, by key

  PeftCopies(PeftConfig config, LanguageModel base) {
    this.config = config;
    this.base = base;
  }

  @Override
  public void check(PeftFile file) {
    expected(file);
    for (String key : file.leftOver()) {
      Optional<String> tensor = PeftFile.name(key).map(name -> name.replace(BASE_LAYER, ""));
      List<String> parameters = tensor.map(weights()::parameters).orElse(List.of());
      if (!parameters.isEmpty() && isAskedFor(key, tensor.get())) {
        Source source = source(parameters.get(0));
        file.check(key, source.fileShape(shape(parameters.get(0))));
        tensors.put(key, tensor.get());
      } else if (!config.bias().equals("none") && saysAgain(file, key)) {
        file.passOver(key);
      }
    }
  }

  /** With biases PEFT also saves those of modules that are saved whole, under names of its own. */
  private static boolean saysAgain(PeftFile file, String key) {
    return key.endsWith(".bias")
        && Stream.of("original_module", "modules_to_save", "modules_to_save\\.\\w+")
            .map(inner -> key.replaceFirst("\\." + inner + "(?=\\.)", ""))
            .anyMatch(plain -> !plain.equals(key) && file.has(plain));
  }

  /** What the options promise. */
  private void expected(PeftFile file) {
    for (String end : config.modulesToSave()) {
      List<String> tensors =
          weights().tensors().stream()
              .filter(tensor -> PeftConfig.isSaved(List.of(end), WeightMap.module(tensor)))
              .toList();
      if (tensors.isEmpty() && !HEADS.contains(end)) {
        file.fault("'%s' of modules_to_save is no module with weights of its own".formatted(end));
      }
      tensors.forEach(tensor -> require(file, PeftFile.key(tensor, "")));
    }
    if (config.bias().equals("all")) {
      weights().byTensor().keySet().stream()
          .filter(tensor -> tensor.endsWith(".bias"))
          .forEach(
              tensor ->
                  require(
                      file,
                      PeftFile.key(tensor, ""),
                      PeftFile.key(WeightMap.module(tensor), BASE_LAYER + ".bias")));
    }
  }

  private static void require(PeftFile file, String... keys) {
    if (Arrays.stream(keys).noneMatch(file::has)) {
      file.fault(keys[0] + " is missing");
    }
  }

  private WeightMap weights() {
    return base.architecture().weights();
  }

  /** Its own, or that of the node that shares it. */
  private Shape shape(String parameter) {
    int dot = parameter.lastIndexOf('.');
    return base.graph()
        .node(parameter.substring(0, dot))
        .orElseThrow()
        .shape(parameter.substring(dot + 1));
  }

  private Source source(String parameter) {
    return weights().source(parameter).orElseThrow();
  }

  private boolean isAskedFor(String key, String tensor) {
    boolean bias = tensor.endsWith(".bias") && !config.bias().equals("none");
    return bias || key.contains(BASE_LAYER) || config.saves(WeightMap.module(tensor));
  }

  @Override
  public void load(PeftFile file, PeftDraft draft) {
    tensors.forEach(
        (key, tensor) -> {
          try (Scope scope = new Scope()) {
            Tensor whole = file.get(key, scope);
            for (String parameter : weights().parameters(tensor)) {
              Tensor value = source(parameter).read(whole);
              if (!key.endsWith(BASE_LAYER + ".weight") || isNew(parameter, value)) {
                draft.copy(parameter, value, scope);
              }
            }
          }
        });
  }

  private boolean isNew(String parameter, Tensor value) {
    Parameters own = base.parameters();
    Weight weight = own.weight(Untying.owner(base.graph(), parameter));
    Tensor before = weight.dense(DType.F32);
    DType type = weight instanceof Tensor plain ? plain.dtype() : DType.F32;
    return value.to(type).to(DType.F32).sub(before).abs().max().item() != 0;
  }
}
