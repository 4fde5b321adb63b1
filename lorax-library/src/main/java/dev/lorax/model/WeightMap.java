package dev.lorax.model;

import dev.lorax.graph.Parameters;
import dev.lorax.tensor.Tensor;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Where each parameter of an architecture lies in its checkpoint files: a table that runs both
 * ways.
 *
 * <p>Loading, writing merged checkpoints and naming adapters for PEFT all come from it.
 */
public final class WeightMap {
  private final Map<String, Source> sources;
  private final Map<String, List<String>> byTensor;
  private final String prefix;
  private final List<Pattern> ignored;
  private final Map<String, Source> tied;
  private final Map<String, String> aliases;
  private final Map<String, String> refused;

  private WeightMap(Builder builder) {
    sources = Collections.unmodifiableMap(new LinkedHashMap<>(builder.sources));
    prefix = builder.prefix;
    ignored = List.copyOf(builder.ignored);
    tied = Collections.unmodifiableMap(new LinkedHashMap<>(builder.tied));
    aliases = Map.copyOf(builder.aliases);
    refused = Map.copyOf(builder.refused);
    byTensor = byTensor(sources);
  }

  /** An empty table. */
  public static Builder builder() {
    return new Builder();
  }

  /** The module that a tensor belongs to, or the node that a parameter does. */
  public static String module(String tensor) {
    return tensor.substring(0, tensor.lastIndexOf('.'));
  }

  /** The sources by parameter name. */
  public Map<String, Source> sources() {
    return sources;
  }

  /**
   * The first part of most tensor names, such as {@code transformer.}, which checkpoints saved
   * without their output head lack.
   */
  public String prefix() {
    return prefix;
  }

  /** Other names that files may keep a tensor under: those of older releases. */
  public List<String> aliases(String tensor) {
    return aliases.entrySet().stream()
        .filter(alias -> tensor.startsWith(alias.getKey()))
        .map(alias -> alias.getValue() + tensor.substring(alias.getKey().length()))
        .toList();
  }

  /** Whether a tensor in a file carries nothing: buffers that old versions wrote. */
  public boolean ignores(String tensor) {
    return ignored.stream().anyMatch(pattern -> pattern.matcher(tensor).matches())
        || tied.values().stream().anyMatch(source -> source.tensor().equals(tensor));
  }

  /** Why a tensor in a file stands against loading it, if it does. */
  public Optional<String> refusal(String tensor) {
    return refused.entrySet().stream()
        .filter(entry -> Pattern.matches(entry.getKey(), tensor))
        .map(Map.Entry::getValue)
        .findFirst();
  }

  /**
   * The sources that parameters have once they are no longer tied to others: an output head's, for
   * example, where an adapter trains it by itself.
   */
  public Map<String, Source> tied() {
    return tied;
  }

  /** The source of a parameter, tied ones too, if the table has it. */
  public Optional<Source> source(String parameter) {
    return Optional.ofNullable(sources.getOrDefault(parameter, tied.get(parameter)));
  }

  /** All tensors that a file has, or would have if nothing were tied. */
  public List<String> tensors() {
    List<String> names = new ArrayList<>(byTensor.keySet());
    tied.values().forEach(source -> names.add(source.tensor()));
    return names;
  }

  /** The parameters in a tensor of the file, tied ones too. */
  public List<String> parameters(String tensor) {
    return byTensor.getOrDefault(
        tensor,
        tied.keySet().stream().filter(name -> tied.get(name).tensor().equals(tensor)).toList());
  }

  /**
   * The parameters that share one tensor of the file with each other, in this table's order, by the
   * tensor's name.
   */
  public Map<String, List<String>> byTensor() {
    return byTensor;
  }

  private static Map<String, List<String>> byTensor(Map<String, Source> sources) {
    Map<String, List<String>> groups = new LinkedHashMap<>();
    sources.forEach(
        (parameter, source) ->
            groups.computeIfAbsent(source.tensor(), name -> new ArrayList<>()).add(parameter));
    return Collections.unmodifiableMap(groups);
  }

  /**
   * One tensor of a checkpoint file, made from the parameters that it holds: the inverse of
   * reading.
   *
   * @return a view where that is possible
   */
  public Tensor write(String tensor, Parameters parameters) {
    List<String> names = parameters(tensor);
    Source first = source(names.get(0)).orElseThrow();
    Tensor part = parameters.get(names.get(0));
    if (names.size() == 1) {
      return first.isTransposed() ? part.transpose(0, 1) : part;
    }
    Tensor file = Tensor.empty(part.dtype(), first.fileShape(part.shape()).toArray());
    names.forEach(name -> sources.get(name).write(parameters.get(name), file));
    return file;
  }

  /** Collects lines of the table; parameter names are walked like directories. */
  public static final class Builder {
    private final Map<String, Source> sources = new LinkedHashMap<>();
    private final List<Pattern> ignored = new ArrayList<>();
    private final Map<String, Source> tied = new LinkedHashMap<>();
    private final Map<String, String> aliases = new LinkedHashMap<>();
    private final Map<String, String> refused = new LinkedHashMap<>();
    private String prefix = "";

    private Builder() {}

    /** The first part of most tensor names. */
    public Builder prefix(String part) {
      prefix = part;
      return this;
    }

    /** Tensors of files that carry nothing, as a regular expression of the whole name. */
    public Builder ignore(String pattern) {
      ignored.add(Pattern.compile(pattern));
      return this;
    }

    /** Another beginning that names have in some files. */
    public Builder alias(String beginning, String other) {
      aliases.put(beginning, other);
      return this;
    }

    /** Tensors of files that cannot be read, as a regular expression, and what to do. */
    public Builder refuse(String pattern, String reason) {
      refused.put(pattern, reason);
      return this;
    }

    /** A parameter and its source. */
    public Builder put(String parameter, Source source) {
      sources.put(parameter, source);
      return this;
    }

    /** A node's weight, stored whole under {@code module.weight}. */
    public Builder weight(String node, String module) {
      return put(node + ".weight", new Source.Whole(module + ".weight"));
    }

    /**
     * A node's weight that is tied to another's, and stored under {@code module.weight} where it no
     * longer is; files that have it all the same say nothing new.
     */
    public Builder tied(String node, String module) {
      tied.put(node + ".weight", new Source.Whole(module + ".weight"));
      return this;
    }

    /** A node's weight and, where it has one, bias, stored whole. */
    public Builder dense(String node, String module, boolean bias) {
      weight(node, module);
      return bias ? put(node + ".bias", new Source.Whole(module + ".bias")) : this;
    }

    /** The table. */
    public WeightMap build() {
      return new WeightMap(this);
    }
  }
}
