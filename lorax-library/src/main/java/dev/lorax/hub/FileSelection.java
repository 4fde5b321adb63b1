package dev.lorax.hub;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** Which files of a repository a model or an adapter is made of. */
final class FileSelection {
  private static final String CONFIG = "config.json";
  private static final String ADAPTER_CONFIG = "adapter_config.json";
  private static final String WHOLE = "model.safetensors";
  private static final String INDEX = "model.safetensors.index.json";
  private static final String ADAPTER = "adapter_model.safetensors";

  private static final Pattern SMALL =
      Pattern.compile(
          "(config|adapter_config|generation_config|tokenizer|tokenizer_config|special_tokens_map"
              + "|chat_template)\\.json|chat_template\\.jinja"
              + "|additional_chat_templates/[\\w-][\\w.-]*\\.jinja");
  private static final Pattern SHARD = Pattern.compile("[\\w-][\\w.-]*\\.safetensors");

  private FileSelection() {}

  /**
   * The files that come first: all but the weights, so that a snapshot with weights is whole.
   *
   * @param listed the paths of all files of the repository
   * @throws HubException if there is nothing that can be read
   */
  static List<String> descriptions(Repo repo, List<String> listed) {
    boolean base = listed.contains(WHOLE) || listed.contains(INDEX);
    if (!base && !listed.contains(ADAPTER)) {
      throw noWeights(repo, listed);
    }
    List<String> files =
        new ArrayList<>(listed.stream().filter(file -> SMALL.matcher(file).matches()).toList());
    if (base && !listed.contains(WHOLE)) {
      files.add(INDEX);
    }
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
    if (listed.contains(ADAPTER)) {
      files.add(ADAPTER);
    }
    if (listed.contains(WHOLE)) { // before the index, as transformers does
      files.add(WHOLE);
    } else if (listed.contains(INDEX)) {
      files.addAll(shards(snapshot.resolve(INDEX)));
    }
    List<String> missing = files.stream().filter(file -> !listed.contains(file)).toList();
    if (!missing.isEmpty()) {
      throw new HubException(
          "%s lacks files that its own index names: %s".formatted(repo, listing(missing)));
    }
    return files;
  }

  /** What a snapshot lacks of a model or an adapter, as far as it tells by itself. */
  static List<String> missing(Path snapshot) {
    List<String> needed = new ArrayList<>();
    if (Files.exists(snapshot.resolve(ADAPTER_CONFIG))) {
      needed.add(ADAPTER);
    } else {
      needed.add(CONFIG);
      boolean sharded = Files.exists(snapshot.resolve(INDEX));
      needed.addAll(
          sharded && !Files.exists(snapshot.resolve(WHOLE))
              ? shards(snapshot.resolve(INDEX))
              : List.of(WHOLE));
    }
    return needed.stream().filter(file -> !Files.exists(snapshot.resolve(file))).toList();
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
    if (shards.isEmpty() || !shards.stream().allMatch(file -> SHARD.matcher(file).matches())) {
      throw new HubException("%s is no index of safetensors files".formatted(index));
    }
    return List.copyOf(shards);
  }

  private static HubException noWeights(Repo repo, List<String> listed) {
    List<String> pickles =
        listed.stream()
            .filter(file -> file.matches("(pytorch_model|adapter_model)[^/]*\\.bin"))
            .toList();
    if (!pickles.isEmpty()) {
      return new HubException(
          ("%s holds its weights as %s only, pickles, which this version cannot read: look for a"
                  + " revision or a copy with model.safetensors, or convert it with transformers'"
                  + " save_pretrained")
              .formatted(repo, listing(pickles)));
    }
    List<String> others =
        listed.stream()
            .filter(file -> file.matches(".*\\.(safetensors|gguf|h5|onnx|pt|pth)"))
            .toList();
    return new HubException(
        ("%s holds no model.safetensors, no index of one and no adapter_model.safetensors%s: name a"
                + " repository of a model or a PEFT adapter")
            .formatted(repo, others.isEmpty() ? "" : " (but " + listing(others) + ")"));
  }
}
