package dev.lorax.chat;

import dev.lorax.jinja.TemplateException;
import dev.lorax.jinja.TemplateFunction;
import dev.lorax.jinja.Traced;
import dev.lorax.text.Tokenizer;
import java.nio.file.Path;
import java.time.Clock;
import java.time.LocalDateTime;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A model's way to write conversations as text, exactly as transformers' {@code
 * apply_chat_template} does it.
 *
 * <p>Where in the text the answers are is proved, or refused; nothing is searched for in tokens:
 *
 * <ol>
 *   <li>If the template has {@code {% generation %}} blocks, they are the answers.
 *   <li>Else the text of the messages before an answer, with the generation prompt, is compared
 *       with that of the messages up to it. Where the first begins the second, and the second
 *       begins the text of the whole conversation, the answer is what the second has more.
 *   <li>Else, where the template writes earlier turns anew (and drops what was thought in them, for
 *       example), the answer is what the template's loop wrote in the round of that message, after
 *       what that has in common with the generation prompt. It is proved by another answer in its
 *       place: the text around must stay the same.
 *   <li>Else there is an error that names the message.
 * </ol>
 *
 * <p>An answer includes what the template writes after it, up to the next message. If the template
 * ignores {@code add_generation_prompt}, it also includes what begins it. For the last message this
 * is the completion of TRL's prompts and completions, but that TRL takes the first characters from
 * an answer where they happen to be those with which the generation prompt goes on.
 */
public final class ChatTemplate {
  private static final String PROBE = "Fjord";

  private final TemplateChoice templates;
  private final Map<String, Object> variables;
  private final Clock clock;

  ChatTemplate(TemplateChoice templates, Map<String, ?> variables, Clock clock) {
    this.templates = templates;
    this.variables = new HashMap<>(variables);
    this.clock = clock;
  }

  /**
   * The template of a checkpoint folder: {@code chat_template.jinja} and {@code
   * additional_chat_templates/}, or that of {@code tokenizer_config.json} or {@code
   * chat_template.json}. Of several it takes the one called {@code tool_use} for conversations with
   * tools, else {@code default}. It sees the special tokens of {@code tokenizer_config.json} and
   * {@code special_tokens_map.json}, such as {@code bos_token}.
   *
   * @return empty if the checkpoint has none
   * @throws IllegalArgumentException if a file is broken, or a template is
   */
  public static Optional<ChatTemplate> open(Path folder) {
    TemplateFolder files = new TemplateFolder(folder);
    return files
        .templates()
        .map(found -> new ChatTemplate(found, files.specialTokens(), Clock.systemDefaultZone()));
  }

  /**
   * A template in a file of its own, which sees the special tokens of a checkpoint folder.
   *
   * @throws IllegalArgumentException if the file cannot be read, or is no template
   */
  public static ChatTemplate open(Path file, Path folder) {
    TemplateFolder files = new TemplateFolder(folder);
    TemplateChoice template =
        TemplateChoice.of(file.toString(), Map.of("default", TemplateFolder.text(file)));
    return new ChatTemplate(template, files.specialTokens(), Clock.systemDefaultZone());
  }

  /**
   * The source of a checkpoint folder's template, the one called {@code default} of several, as
   * other formats carry it.
   *
   * @return empty if the checkpoint has none
   * @throws IllegalArgumentException if a file is broken
   */
  public static Optional<String> source(Path folder) {
    return new TemplateFolder(folder).sources().map(found -> found.byName().get("default"));
  }

  /**
   * A template of one's own.
   *
   * @param variables what it may read beside the conversation, for example {@code bos_token}
   * @throws IllegalArgumentException if the source is no template; the message names the line
   */
  public static ChatTemplate parse(String source, Map<String, Object> variables) {
    return new ChatTemplate(
        TemplateChoice.of("the chat template", Map.of("default", source)),
        variables,
        Clock.systemDefaultZone());
  }

  /** The same template in another time; {@code strftime_now} reads that clock. */
  public ChatTemplate at(Clock clock) {
    return new ChatTemplate(templates, variables, clock);
  }

  /** The same template for which time stands still from now on, so that equal chats stay equal. */
  public ChatTemplate still() {
    return at(Clock.fixed(clock.instant(), clock.getZone()));
  }

  /**
   * The text of a conversation.
   *
   * @param answerFollows whether the text ends where the assistant begins to speak
   * @throws IllegalArgumentException if the template refuses the conversation
   */
  public String render(Chat chat, boolean answerFollows) {
    return trace(chat, chat.messages(), answerFollows).text();
  }

  /**
   * The text of a conversation, and where in it the answers are.
   *
   * @throws IllegalArgumentException if the template refuses the conversation, or if the place of
   *     an answer cannot be proved; the message says which and what to do
   */
  public Rendered render(Chat chat, Answers answers) {
    return render(chat, answers.most());
  }

  /**
   * The same for the last so many messages of the assistant, each of which may be several answers.
   *
   * @param last how many messages; 0 asks for no place, and so for no proof
   */
  public Rendered render(Chat chat, int last) {
    if (last == 0) {
      return new Rendered(render(chat, false), List.of());
    }
    // messages of their own, since the trace tells them apart by identity
    List<Map<String, Object>> messages = chat.messages().stream().map(ChatTemplate::copy).toList();
    Traced whole = trace(chat, messages, false);
    int first = first(messages, last);
    List<Span> spans =
        templates.of(chat).hasGenerationBlocks()
            ? new GenerationBlocks(messages, whole).spans(first)
            : new AnswerSearch(messages, whole, (part, prompt) -> trace(chat, part, prompt))
                .spans(first);
    return new Rendered(whole.text(), spans);
  }

  /** From which message on there are so many of the assistant; 0 if there are no more. */
  private static int first(List<Map<String, Object>> messages, int last) {
    int[] said = AnswerSearch.said(messages);
    return last < said.length ? said[said.length - last] : 0;
  }

  /**
   * The special token that it writes right after an answer, for example {@code <|im_end|>}: a model
   * that has learned it says so where it has finished, whatever its configuration names as its end.
   *
   * @return one id, or none if it writes no such token or refuses a question and an answer
   */
  public Set<Integer> endIds(Tokenizer tokenizer) {
    Chat chat = Chat.of(List.of(Chat.message("user", PROBE), Chat.message("assistant", PROBE)));
    try {
      String text = render(chat, false);
      String after = text.substring(text.lastIndexOf(PROBE) + PROBE.length()).stripLeading();
      int[] first = Arrays.copyOf(tokenizer.encode(after), 1);
      boolean special =
          tokenizer.decode(first).isEmpty()
              && !after.isEmpty()
              && after.startsWith(tokenizer.decodeWithSpecials(first));
      return special ? Set.of(first[0]) : Set.of();
    } catch (IllegalArgumentException refused) {
      return Set.of();
    }
  }

  private static Map<String, Object> copy(Map<String, Object> message) {
    return new LinkedHashMap<>(message);
  }

  private Traced trace(Chat chat, List<Map<String, Object>> messages, boolean answerFollows) {
    Map<String, Object> all = new HashMap<>(chat.variables());
    all.putAll(variables);
    all.putIfAbsent("documents", null);
    all.put("raise_exception", (TemplateFunction) ChatTemplate::refuse);
    all.put("strftime_now", (TemplateFunction) this::now);
    all.put("messages", messages);
    all.put("tools", chat.tools().isEmpty() ? null : chat.tools());
    all.put("add_generation_prompt", answerFollows);
    if (chat.messages().isEmpty()) {
      throw new IllegalArgumentException(
          "The conversation is empty: a chat template needs at least one message.");
    }
    try {
      return templates.of(chat).trace(all);
    } catch (TemplateException e) {
      throw new IllegalArgumentException(
          "%s cannot write this conversation: %s".formatted(templates.origin(), e.getMessage()), e);
    }
  }

  private static Object refuse(List<Object> given, Map<String, Object> named) {
    throw new TemplateException(TemplateFunction.text(argument("message", given, named)));
  }

  private Object now(List<Object> given, Map<String, Object> named) {
    Object format = argument("format", given, named);
    return TimeFormat.format(TemplateFunction.text(format), LocalDateTime.now(clock));
  }

  private static Object argument(String name, List<Object> given, Map<String, Object> named) {
    if (given.size() + named.size() != 1 || given.isEmpty() && !named.containsKey(name)) {
      throw new TemplateException("the function takes one argument, '" + name + "'");
    }
    return given.isEmpty() ? named.get(name) : given.get(0);
  }
}
