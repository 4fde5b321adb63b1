package dev.lorax.generate;

import dev.lorax.graph.Parameterized;
import dev.lorax.graph.Variants;
import dev.lorax.model.LanguageModel;
import dev.lorax.run.Session;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/**
 * Collects how to generate; a prompt starts it. Every option returns the builder, which may serve
 * many prompts.
 *
 * <p>If nothing is said, every token is drawn with the model's own probabilities (temperature 1, no
 * cuts), up to 256 tokens.
 */
public final class GenerationBuilder {
  private final LanguageModel base;
  private final Parameterized adapter;
  private final Session session;
  private SamplingBuilder sampling = Sampling.builder();
  private int maxTokens = 256;
  private List<String> stops = List.of();
  private List<Integer> stopIds = List.of();
  private boolean ignoreEnd;
  private Consumer<Measurement> onMeasured = measurement -> {};

  GenerationBuilder(LanguageModel base, Parameterized adapter) {
    this.base = base;
    this.adapter = adapter;
    this.session = new Session(adapter.graph(), base.parameters().and(adapter.parameters()));
  }

  /** Divides the logits; 0 chooses the most likely token, always. */
  public GenerationBuilder temperature(double temperature) {
    sampling.temperature(temperature);
    return this;
  }

  /** Keeps this many of the most likely tokens; 0 keeps all. */
  public GenerationBuilder topK(int topK) {
    sampling.topK(topK);
    return this;
  }

  /** Keeps the most likely tokens that reach this probability together; 1 keeps all. */
  public GenerationBuilder topP(double topP) {
    sampling.topP(topP);
    return this;
  }

  /** Keeps tokens at least this fraction as likely as the most likely one; 0 keeps all. */
  public GenerationBuilder minP(double minP) {
    sampling.minP(minP);
    return this;
  }

  /** Keeps the most typical tokens that reach this probability together; 1 keeps all. */
  public GenerationBuilder typicalP(double typicalP) {
    sampling.typicalP(typicalP);
    return this;
  }

  /** Keeps tokens of at least this probability; 0 keeps all. */
  public GenerationBuilder epsilonCutoff(double epsilonCutoff) {
    sampling.epsilonCutoff(epsilonCutoff);
    return this;
  }

  /** Makes tokens that occurred, in the prompt too, less likely where above 1; 1 is off. */
  public GenerationBuilder repetitionPenalty(double repetitionPenalty) {
    sampling.repetitionPenalty(repetitionPenalty);
    return this;
  }

  /** Forbids to repeat any run of this many tokens; 0 is off. */
  public GenerationBuilder noRepeatNgram(int noRepeatNgram) {
    sampling.noRepeatNgram(noRepeatNgram);
    return this;
  }

  /**
   * Makes the draws repeatable. The first prompt of a batch draws with this very seed, prompt
   * {@code i} with {@link dev.lorax.graph.Seeds#mix Seeds.mix(seed, i)}.
   */
  public GenerationBuilder seed(long seed) {
    sampling.seed(seed);
    return this;
  }

  /** Always the most likely token: temperature 0. */
  public GenerationBuilder greedy() {
    return temperature(0);
  }

  /** Takes all options of sampling from there, the seed too. */
  public GenerationBuilder sampling(Sampling options) {
    sampling = new SamplingBuilder(options);
    return this;
  }

  /** The most tokens to generate, at least 1; 256 unless told otherwise. */
  public GenerationBuilder maxTokens(int count) {
    if (count < 1) {
      throw new IllegalArgumentException(
          "The number of tokens to generate must be at least 1, not " + count);
    }
    maxTokens = count;
    return this;
  }

  /** Ends a text before any of these strings; they replace those given earlier. */
  public GenerationBuilder stop(String... strings) {
    if (Arrays.stream(strings).anyMatch(String::isEmpty)) {
      throw new IllegalArgumentException(
          "A stop string is empty: it would end every text at once; leave it out.");
    }
    stops = List.of(strings);
    return this;
  }

  /** Ends a text at any of these ids too; they replace those given earlier. */
  public GenerationBuilder stopIds(int... ids) {
    for (int id : ids) {
      checkId(id, "Stop id");
    }
    stopIds = Arrays.stream(ids).boxed().toList();
    return this;
  }

  /** Whether to go on after the model's own end tokens; stop ids and strings still count. */
  public GenerationBuilder ignoreEnd(boolean ignored) {
    ignoreEnd = ignored;
    return this;
  }

  /**
   * Starts a text after a prompt, which is encoded with the special tokens that the model expects
   * around it.
   *
   * @throws IllegalArgumentException if the prompt has no token, or more than the model's context
   */
  public Generation prompt(String prompt) {
    return promptIds(base.tokenizer().encodeWithSpecials(prompt));
  }

  /**
   * Starts a text after the ids of a prompt.
   *
   * @throws IllegalArgumentException if there is none, more than the model's context, or one that
   *     the model does not know
   */
  public Generation promptIds(int[] prompt) {
    List<int[]> prompts = List.of(prompt);
    return new Generation(decoding(prompts), transcript(prompt));
  }

  /**
   * Tells how long it took whenever the texts of several prompts have been generated; a single
   * {@link Generation} can be asked itself.
   */
  public GenerationBuilder onMeasured(Consumer<Measurement> listener) {
    this.onMeasured = listener;
    return this;
  }

  /**
   * Generates the texts of several prompts together, to the end; each is what it would be alone,
   * but for rounding.
   *
   * <p>All keep their keys and values in memory at the same time: give long lists in parts.
   *
   * @throws IllegalArgumentException as {@link #prompt}; the message counts prompts from 1
   */
  public List<Generated> prompts(List<String> prompts) {
    return promptIds(prompts.stream().map(base.tokenizer()::encodeWithSpecials).toList());
  }

  /** Generates the texts of several prompts given as ids; see {@link #prompts}. */
  public List<Generated> promptIds(List<int[]> prompts) {
    return texts(prompts);
  }

  private List<Generated> texts(List<int[]> prompts, int... variants) {
    List<Transcript> transcripts = prompts.stream().map(this::transcript).toList();
    try (Decoding decoding = decoding(prompts, variants)) {
      while (decoding.isRunning()) {
        for (Decoded sequence : decoding.step()) {
          transcripts.get(sequence.number()).write(sequence, decoding);
        }
      }
      onMeasured.accept(decoding.measurement());
      return decoding.sequences().stream()
          .map(s -> s.generated(transcripts.get(s.number()).take()))
          .toList();
    }
  }

  /**
   * Generates the texts of several prompts together, each with the adapter that it names, in passes
   * over all of them; see {@link #prompts}. The model must be a bank of adapters where a prompt
   * names one.
   *
   * @throws IllegalArgumentException as {@link #prompts}, or if there is no adapter of a name
   */
  public List<Generated> generate(List<Prompt> prompts) {
    int[] variants = prompts.stream().mapToInt(this::variant).toArray();
    return texts(
        prompts.stream().map(prompt -> base.tokenizer().encodeWithSpecials(prompt.text())).toList(),
        variants);
  }

  private int variant(Prompt prompt) {
    if (prompt.adapter().isEmpty()) {
      return 0;
    }
    if (adapter instanceof Variants variants) {
      return variants.number(prompt.adapter().get());
    }
    throw new IllegalArgumentException(
        "A prompt names adapter '%s', but the model is no bank of adapters: make an AdapterBank"
            .formatted(prompt.adapter().get()));
  }

  private Decoding decoding(List<int[]> prompts, int... variants) {
    for (int i = 0; i < prompts.size(); i++) {
      check(prompts.get(i), prompts.size() == 1 ? "The prompt" : "Prompt " + (i + 1));
    }
    Set<Integer> endIds = new LinkedHashSet<>(stopIds);
    if (!ignoreEnd) {
      endIds.addAll(base.endIds());
    }
    Limits limits = new Limits(endIds, maxTokens, base.architecture().context());
    return new Decoding(session, prompts, sampling.build(), limits, variants);
  }

  private Transcript transcript(int[] prompt) {
    return new Transcript(base.tokenizer().streamAfter(prompt), stops);
  }

  private void check(int[] prompt, String which) {
    int context = base.architecture().context();
    if (prompt.length == 0) {
      throw new IllegalArgumentException(
          which + " has no token to start from: give at least one character, or a token's id.");
    }
    if (prompt.length > context) {
      throw new IllegalArgumentException(
          "%s has %d tokens, but the model's context holds %d: shorten it by %d."
              .formatted(which, prompt.length, context, prompt.length - context));
    }
    IntStream.of(prompt).forEach(id -> checkId(id, which + "'s id"));
  }

  private void checkId(int id, String what) {
    int vocabulary = base.architecture().vocabulary();
    if (id < 0 || id >= vocabulary) {
      throw new IllegalArgumentException(
          "%s %d is unknown to the model, whose ids go from 0 to %d."
              .formatted(what, id, vocabulary - 1));
    }
  }
}
