package dev.lorax.checkpoint;

import static dev.lorax.checkpoint.CheckpointException.quote;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.lorax.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Several files whose index says which tensor lies in which.
 *
 * <p>The index counts: a tensor that lies in a shard but is not named there is not seen. Tensors
 * belong to the caller, as {@link Safetensors} explains.
 */
final class ShardedWeights implements Weights {
  private static final int MOST_FAULTS = 100;
  private static final ObjectMapper JSON =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private final Path index;
  private final List<Weights> shards;
  private final Map<String, Weights> places;

  private ShardedWeights(Path index, List<Weights> shards, Map<String, Weights> places) {
    this.index = index;
    this.shards = shards;
    this.places = places;
  }

  /**
   * Opens all shards that an index names, which lie beside it, and checks that each tensor is where
   * the index says.
   *
   * @throws CheckpointException one message that lists every shard that is missing or damaged and
   *     every tensor that is not in its place
   */
  static ShardedWeights open(Path index) {
    SortedMap<String, Set<String>> wanted = namesByShard(index);
    List<String> faults = new ArrayList<>();
    List<Weights> shards = new ArrayList<>();
    Map<String, Weights> places = new LinkedHashMap<>();
    wanted.forEach(
        (shard, names) -> {
          try {
            Weights file = Weights.openFile(index.resolveSibling(shard));
            shards.add(file);
            file.names().stream().filter(names::contains).forEach(name -> places.put(name, file));
            names.stream()
                .filter(name -> file.info(name).isEmpty())
                .forEach(name -> faults.add("%s is not in %s".formatted(quote(name), shard)));
          } catch (CheckpointException fault) {
            faults.add(fault.getMessage());
          }
        });
    if (!faults.isEmpty()) {
      shards.forEach(Weights::close);
      throw faults(index, faults);
    }
    return new ShardedWeights(index, shards, Collections.unmodifiableMap(places));
  }

  private static CheckpointException faults(Path index, List<String> faults) {
    List<String> shown = faults.subList(0, Math.min(faults.size(), MOST_FAULTS));
    int more = faults.size() - shown.size();
    String rest = more > 0 ? "; and %d more".formatted(more) : "";
    return new CheckpointException(
        index, "does not fit its shards, fetch them again: " + String.join("; ", shown) + rest);
  }

  private static SortedMap<String, Set<String>> namesByShard(Path index) {
    SortedMap<String, Set<String>> names = new TreeMap<>();
    JsonNode map = read(index).path("weight_map");
    if (!map.isObject() || map.isEmpty()) {
      throw new CheckpointException(
          index, "has no object weight_map from tensors to files: fetch the index again");
    }
    map.properties()
        .forEach(
            entry ->
                names
                    .computeIfAbsent(
                        shard(index, entry.getKey(), entry.getValue()), any -> new TreeSet<>())
                    .add(entry.getKey()));
    return names;
  }

  /** A plain file name: an index must not make us read files elsewhere. */
  private static String shard(Path index, String tensor, JsonNode value) {
    String shard = value.isTextual() ? value.textValue() : "";
    if (!shard.matches("[^/\\\\:\\p{Cntrl}]+") || shard.matches("\\.+") || !isPath(shard)) {
      String what = "the file of tensor %s is not a file name: %s";
      throw new CheckpointException(index, what.formatted(quote(tensor), quote(value.toString())));
    }
    return shard;
  }

  /** Half a character has no bytes, and so can name no file. */
  private static boolean isPath(String name) {
    try {
      Path.of(name);
      return true;
    } catch (InvalidPathException unfit) {
      return false;
    }
  }

  private static JsonNode read(Path index) {
    if (!Files.isRegularFile(index)) {
      throw new CheckpointException(index, "no such file: check the path");
    }
    try {
      if (Files.size(index) > SafetensorsHeader.LONGEST_HEADER) {
        throw new CheckpointException(index, "is larger than 100 MB: not an index");
      }
      return JSON.readTree(Files.readAllBytes(index));
    } catch (JsonProcessingException bad) {
      String what = "is not valid JSON (%s): fetch the index again";
      throw new CheckpointException(index, what.formatted(bad.getOriginalMessage()), bad);
    } catch (IOException failure) {
      throw new CheckpointException(index, "cannot be read (%s)".formatted(failure), failure);
    }
  }

  /** The names of all tensors, shard by shard, in the order of their offsets. */
  @Override
  public Set<String> names() {
    return places.keySet();
  }

  @Override
  public Optional<TensorInfo> info(String name) {
    return Optional.ofNullable(places.get(name)).flatMap(shard -> shard.info(name));
  }

  @Override
  public Optional<Tensor> find(String name) {
    return Optional.ofNullable(places.get(name)).flatMap(shard -> shard.find(name));
  }

  @Override
  public Tensor get(String name) {
    return find(name).orElseThrow(() -> Safetensors.noTensor(index, name, names()));
  }

  /** Closes all shards; tensors that were handed out stay valid. */
  @Override
  public void close() {
    shards.forEach(Weights::close);
  }

  /** The index, how many shards it has and how many tensors they hold. */
  @Override
  public String toString() {
    return "%s (%d shards, %d tensors)".formatted(index, shards.size(), places.size());
  }
}
