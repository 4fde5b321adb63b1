package dev.lorax.hub;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Environment variables; an empty one counts as none.
 *
 * @param environment their values
 */
record Variables(Map<String, String> environment) {
  private static final Pattern NAME = Pattern.compile("\\$(?:(\\w+)|\\{(\\w+)})");

  Optional<String> text(String name) {
    return Optional.ofNullable(environment.get(name)).filter(value -> !value.isBlank());
  }

  /** A path, with {@code ~} and other variables put in, as Python does. */
  Optional<Path> path(String name) {
    return text(name).map(this::expand).map(Path::of);
  }

  Path home() {
    return Path.of(text("HOME").orElseGet(() -> System.getProperty("user.home")));
  }

  private String expand(String path) {
    String whole = path.matches("~(/.*)?") ? home() + path.substring(1) : path;
    return NAME.matcher(whole)
        .replaceAll(
            name -> {
              String variable = name.group(1) == null ? name.group(2) : name.group(1);
              return Matcher.quoteReplacement(text(variable).orElse(name.group()));
            });
  }
}
