package dev.lorax.cli.doctor;

import dev.lorax.chat.Chat;
import dev.lorax.chat.ChatTemplate;
import dev.lorax.data.DataFile;
import dev.lorax.data.Sample;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Whether the chat template is given what samples have for it. */
final class TemplateChecks {
  private TemplateChecks() {}

  /** A column that the template would read, by its name, and does not get. */
  static List<Diagnosis> columnLeftOut(Case run) {
    Optional<ChatTemplate> template = run.samples().flatMap(any -> run.data().template(run.base()));
    return template.stream()
        .flatMap(
            found ->
                run.samples().orElseThrow().parts().stream()
                    .flatMap(part -> leftOut(part.file(), found)))
        .distinct()
        .toList();
  }

  private static Stream<Diagnosis> leftOut(DataFile file, ChatTemplate template) {
    return IntStream.range(0, Math.min(SampleChecks.READ, file.count()))
        .boxed()
        .flatMap(
            number ->
                SampleChecks.sample(file, number) instanceof Sample.Conversation sample
                    ? leftOut(sample.chat(), file.fields(number), template)
                    : Stream.empty())
        .map(
            column ->
                Diagnosis.warning(
                    "column-left-out",
                    "the chat template reads '%s', but gets nothing from that column of %s"
                        .formatted(column, file.file()),
                    "put it into chat_template_kwargs, or give it another name"));
  }

  /** The columns with which the template would write another text. */
  private static Stream<String> leftOut(
      Chat chat, Map<String, Object> columns, ChatTemplate template) {
    if (!changes(chat, columns, template)) { // as nearly always
      return Stream.empty();
    }
    return columns.entrySet().stream()
        .filter(column -> changes(chat, one(column), template))
        .map(Map.Entry::getKey);
  }

  private static Map<String, Object> one(Map.Entry<String, Object> column) {
    return Collections.singletonMap(column.getKey(), column.getValue()); // null, too
  }

  private static boolean changes(Chat chat, Map<String, Object> columns, ChatTemplate template) {
    Map<String, Object> more = new HashMap<>(columns);
    more.putAll(chat.variables());
    return !text(chat, template)
        .equals(text(new Chat(chat.messages(), chat.tools(), more), template));
  }

  private static Optional<String> text(Chat chat, ChatTemplate template) {
    try {
      return Optional.of(template.render(chat, false));
    } catch (IllegalArgumentException refused) { // counted among those dropped
      return Optional.empty();
    }
  }
}
