package dev.lorax.chat;

import dev.lorax.jinja.Template;
import dev.lorax.jinja.TemplateException;
import java.util.Map;
import java.util.TreeMap;

/**
 * The templates of one model by name.
 *
 * @param origin the beginning of a message about them
 */
record TemplateChoice(String origin, Map<String, Template> byName) {

  /** Parses them all. */
  static TemplateChoice of(String origin, Map<String, String> sources) {
    Map<String, Template> byName = new TreeMap<>();
    sources.forEach((name, source) -> byName.put(name, parse(origin, name, source)));
    return new TemplateChoice(origin, byName);
  }

  private static Template parse(String origin, String name, String source) {
    try {
      return Template.parse(source);
    } catch (TemplateException e) {
      String which = name.equals("default") ? "" : " '" + name + "'";
      throw new IllegalArgumentException(
          "%s%s is no Jinja template: %s".formatted(origin, which, e.getMessage()), e);
    }
  }

  /** The one for a conversation, as transformers chooses. */
  Template of(Chat chat) {
    boolean tools = !chat.tools().isEmpty() && byName.containsKey("tool_use");
    Template template = byName.get(tools ? "tool_use" : "default");
    if (template == null) {
      throw new IllegalArgumentException(
          "%s has no default among %s: name one of them 'default'."
              .formatted(origin, byName.keySet()));
    }
    return template;
  }
}
