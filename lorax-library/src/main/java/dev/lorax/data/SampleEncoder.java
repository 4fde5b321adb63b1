package dev.lorax.data;

import dev.lorax.chat.Chat;
import dev.lorax.chat.ChatTemplate;
import dev.lorax.chat.Rendered;
import dev.lorax.text.Encoding;
import dev.lorax.text.Tokenizer;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Makes tokens of samples, and marks those that a model learns.
 *
 * <p>A text, or a prompt with its completion, is encoded as one, with the special tokens of the
 * tokenizer around it and an end-of-sequence token, which is learned. A conversation is written by
 * the chat template and encoded with no further special token, since templates spell them all. A
 * token is learned if it holds a character of an answer; so what is learned depends on places,
 * never on ids, and an end token that also pads is learned like any other. A template that writes
 * the date writes one and the same for ever: that of its clock when the encoder was made. Any
 * thread may encode.
 */
public final class SampleEncoder {
  static final String NO_TEMPLATE =
      "the model has no chat template, which writes conversations as text: name a template file, or"
          + " take a model made for chat";

  /** What writes conversations; {@link ChatTemplate} but for tests. */
  interface Writer {
    /** As {@link ChatTemplate#render(Chat, int)}. */
    Rendered render(Chat chat, int last);
  }

  private final Tokenizer tokenizer;
  private final Optional<Writer> template;
  private final EncodingOptions options;
  private final Set<Integer> ends;

  /**
   * For that model's tokenizer, and its chat template if it has one. Texts generated end with the
   * tokenizer's end-of-sequence token alone.
   *
   * @throws IllegalArgumentException if the options need a template and there is none
   */
  public SampleEncoder(
      Tokenizer tokenizer, Optional<ChatTemplate> template, EncodingOptions options) {
    this(tokenizer, template, options, Set.of());
  }

  /**
   * The same for a model with end ids of its own.
   *
   * @param ends ids after which a generated text has ended, of which one is to be learned; empty:
   *     the tokenizer's end-of-sequence token
   */
  public SampleEncoder(
      Tokenizer tokenizer,
      Optional<ChatTemplate> template,
      EncodingOptions options,
      Set<Integer> ends) {
    this(tokenizer, options, template.map(ChatTemplate::still).map(found -> found::render), ends);
  }

  SampleEncoder(Tokenizer tokenizer, EncodingOptions options, Optional<Writer> template) {
    this(tokenizer, options, template, Set.of());
  }

  private SampleEncoder(
      Tokenizer tokenizer, EncodingOptions options, Optional<Writer> template, Set<Integer> ends) {
    if (options.asChat() && template.isEmpty()) {
      throw new IllegalArgumentException("Prompts and completions as chat: " + NO_TEMPLATE);
    }
    this.tokenizer = tokenizer;
    this.template = template;
    this.options = options;
    this.ends = ends.isEmpty() ? Set.of(tokenizer.eosId().orElse(-1)) : Set.copyOf(ends);
  }

  boolean writesChats() {
    return template.isPresent();
  }

  /**
   * The tokens of a sample.
   *
   * @throws IllegalArgumentException if it is a conversation and there is no chat template
   * @throws RuntimeException if the template refuses it
   */
  public Encoded encode(Sample sample) {
    Written written = written(sample);
    Example whole = tokens(options.prompts() ? written.whole() : written);
    Set<Finding> findings = EnumSet.noneOf(Finding.class);
    if (doubled(whole.tokens(), tokenizer.bosId().orElse(-1))) {
      findings.add(Finding.DOUBLE_BOS);
    }
    if (!learnsOneOf(ends, whole)) {
      findings.add(Finding.NO_END);
    }
    List<Example> examples = new Pieces(options).of(whole, findings);
    return new Encoded(examples, findings);
  }

  private Written written(Sample sample) {
    if (sample instanceof Sample.Text text) {
      return Written.of(text);
    }
    if (sample instanceof Sample.Completion completion) {
      return options.asChat() ? rendered(completion.asChat()) : Written.of(completion);
    }
    if (sample instanceof Sample.Instruction instruction) {
      return template.isPresent()
          ? rendered(instruction.asChat())
          : Written.of(instruction.asText());
    }
    return rendered((Sample.Conversation) sample);
  }

  private Written rendered(Sample.Conversation sample) {
    Writer writer =
        template.orElseThrow(() -> new IllegalArgumentException("Conversations: " + NO_TEMPLATE));
    try {
      return Written.of(writer.render(sample.chat(), last(sample)));
    } catch (IllegalArgumentException refused) {
      throw new Fault(Finding.REFUSED, refused.getMessage());
    }
  }

  /** Of how many messages the places are needed: of none where everything is learned. */
  private int last(Sample.Conversation sample) {
    if (options.prompts()) {
      return 0;
    }
    return sample.answers() == 0 ? options.answers().most() : sample.answers();
  }

  private Example tokens(Written written) {
    Encoding encoding = tokenizer.encodeWithPlaces(written.text(), !written.byTemplate());
    int count = encoding.ids().length;
    int eos = tokenizer.eosId().orElse(-1);
    boolean ended = count > 0 && encoding.ids()[count - 1] == eos;
    boolean appended = !written.byTemplate() && eos >= 0 && !ended;
    int[] ids = Arrays.copyOf(encoding.ids(), appended ? count + 1 : count);
    if (ids.length == 0) {
      throw new Fault(Finding.EMPTY_TEXT, "the tokenizer makes no token of it");
    }
    boolean[] learned = Arrays.copyOf(Marks.of(encoding, written), ids.length);
    if (appended) {
      ids[count] = eos;
      learned[count] = true;
    }
    return new Example(ids, learned);
  }

  private static boolean doubled(int[] ids, int bos) {
    return ids.length > 1 && ids[0] == bos && ids[1] == bos;
  }

  private static boolean learnsOneOf(Set<Integer> ids, Example example) {
    for (int i = 1; i < example.tokens().length; i++) {
      if (example.supervised()[i] && ids.contains(example.tokens()[i])) {
        return true;
      }
    }
    return false;
  }
}
