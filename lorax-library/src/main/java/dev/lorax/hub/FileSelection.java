package dev.lorax.hub;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/** Which files of a repository a model or an adapter is made of. */
final class FileSelection {
  private static final String CONFIG = "config.json";
  private static final String ADAPTER_CONFIG = "adapter_config.json";
  private static final String INDEX = ".index.json";

  /**
   * Where a model's weights are, the best first: safetensors before pickles, files before shards.
   */
  private static final List<String> MODEL =
      List.of(
          "model.safetensors",
          "model.safetensors" + INDEX,
          "pytorch_model.bin",
          "pytorch_model.bin" + INDEX);

  /** Where an adapter's are: PEFT's, mlx-lm's, and PEFT's of before 2023. */
  private static final List<String> ADAPTER =
      List.of("adapter_model.safetensors", "adapters.safetensors", "adapter_model.bin");

  private static final Pattern SMALL =
      Pattern.compile(
          "(config|adapter_config|generation_config|tokenizer|tokenizer_config|special_tokens_map"
              + "|chat_template)\\.json|chat_template\\.jinja"
              + "|additional_chat_templates/[\\w-][\\w.-]*\\.jinja");

  private FileSelection() {}

  /**
   * The files that come first: all but the weights, so that a snapshot with weights is whole.
   *
   * @param listed the paths of all files of the repository
   * @throws HubException if there is nothing that can be read
   */
  static List<String> descriptions(Repo repo, List<String> listed) {
    Optional<String> model = best(MODEL, listed::contains);
    if (model.isEmpty() && best(ADAPTER, listed::contains).isEmpty()) {
      throw noWeights(repo, listed);
    }
    List<String> files =
        new ArrayList<>(listed.stream().filter(file -> SMALL.matcher(file).matches()).toList());
    model.filter(file -> file.endsWith(INDEX)).ifPresent(files::add);
    return files;
  }

  /**
   * The weights.
   *
   * @param snapshot where the index lies by now
   * @throws HubException if the index names files that the repository has not
   */
  static List<String> weights(Repo repo, List<String> listed, Path snapshot) {
    List<String> files = new ArrayList<>();
    best(ADAPTER, listed::contains).ifPresent(files::add);
    best(MODEL, listed::contains).ifPresent(file -> files.addAll(parts(snapshot, file)));
    List<String> missing = files.stream().filter(file -> !listed.contains(file)).toList();
    if (!missing.isEmpty()) {
      throw new HubException(
          "%s lacks files that its own index names: %s".formatted(repo, listing(missing)));
    }
    return files;
  }

  /** What a snapshot lacks of a model or an adapter, as far as it tells by itself. */
  static List<String> missing(Path snapshot) {
    Predicate<String> isHere = file -> Files.exists(snapshot.resolve(file));
    List<String> needed = new ArrayList<>();
    if (isHere.test(ADAPTER_CONFIG)) {
      needed.add(best(ADAPTER, isHere).orElse(ADAPTER.get(0)));
    } else {
      needed.add(CONFIG);
      needed.addAll(parts(snapshot, best(MODEL, isHere).orElse(MODEL.get(0))));
    }
    return needed.stream().filter(isHere.negate()).toList();
  }

  private static Optional<String> best(List<String> names, Predicate<String> isThere) {
    return names.stream().filter(isThere).findFirst();
  }

  /** The file itself, or the shards that it names. */
  private static List<String> parts(Path snapshot, String file) {
    return file.endsWith(INDEX) ? shards(snapshot.resolve(file)) : List.of(file);
  }

  /** Names in a message: the first few, and how many more there are. */
  static String listing(List<String> names) {
    int shown = Math.min(5, names.size());
    String more = names.size() > shown ? " and %d more".formatted(names.size() - shown) : "";
    return String.join(", ", names.subList(0, shown)) + more;
  }

  /** The files that an index names: plain names, since it must not make us write elsewhere. */
  private static List<String> shards(Path index) {
    TreeSet<String> shards = new TreeSet<>();
    try {
      JsonNode map = new ObjectMapper().readTree(index.toFile()).path("weight_map");
      map.forEach(file -> shards.add(file.asText()));
    } catch (IOException broken) {
      throw new HubException("%s cannot be read (%s)".formatted(index, broken), broken);
    }
    Pattern shard = Pattern.compile("[\\w-][\\w.-]*\\." + ending(index));
    if (shards.isEmpty() || !shards.stream().allMatch(file -> shard.matcher(file).matches())) {
      throw new HubException("%s is no index of %s files".formatted(index, ending(index)));
    }
    return List.copyOf(shards);
  }

  /** safetensors or bin: how the files end that an index of that name lists. */
  private static String ending(Path index) {
    return index.getFileName().toString().split("\\.")[1];
  }

  private static HubException noWeights(Repo repo, List<String> listed) {
    List<String> others =
        listed.stream()
            .filter(file -> file.matches(".*\\.(safetensors|bin|gguf|h5|onnx|pt|pth)"))
            .toList();
    return new HubException(
        ("%s holds neither a model (model.safetensors, pytorch_model.bin, or an index of either) nor"
                + " an adapter (%s)%s: name a repository that does")
            .formatted(
                repo,
                String.join(", ", ADAPTER),
                others.isEmpty() ? "" : "; but " + listing(others)));
  }
}
