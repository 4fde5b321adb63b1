package dev.lorax.cli.hub;

import dev.lorax.cli.console.Console;
import dev.lorax.cli.console.Failure;
import dev.lorax.hub.Hub;
import dev.lorax.hub.HubException;
import dev.lorax.hub.HubSettings;
import dev.lorax.hub.Repo;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.ITypeConverter;

/** Where a model or an adapter is: a folder, or {@code ORG/NAME[@REVISION]} on the hub. */
public final class ModelSource {
  private final String text;
  private final Console console;
  private final Map<String, String> environment;
  private Path folder;

  private ModelSource(String text, Console console, Map<String, String> environment) {
    this.text = text;
    this.console = console;
    this.environment = environment;
  }

  /** Reads options of this type. */
  public static ITypeConverter<ModelSource> converter(
      Console console, Map<String, String> environment) {
    return text -> of(text, console, environment);
  }

  /** What is there: a folder, or a name on the hub. */
  public static ModelSource of(String text, Console console, Map<String, String> environment) {
    return new ModelSource(text, console, environment);
  }

  /**
   * Its folder. One that exists wins; else what has the form of a name on the hub is downloaded
   * there, unless the cache has it.
   *
   * @throws Failure if it cannot be had
   */
  public Path folder() {
    if (folder == null) {
      Path given = Failure.orUsage(() -> Path.of(text));
      Optional<Repo> repo =
          Files.exists(given) ? Optional.empty() : Failure.orUsage(() -> Repo.find(text));
      folder = repo.map(this::download).orElse(given);
    }
    return folder;
  }

  private Path download(Repo repo) {
    try {
      return download(repo, console, environment);
    } catch (HubException refused) {
      throw Failure.of(
          "there is no folder %s, and %s".formatted(text, refused.getMessage()), refused);
    }
  }

  /**
   * Downloads a model or an adapter unless the cache has it, and shows how it comes.
   *
   * @throws HubException if it cannot be had
   */
  public static Path download(Repo repo, Console console, Map<String, String> environment) {
    HubSettings settings = Failure.orUsage(() -> HubSettings.of(environment));
    try (DownloadProgress progress = DownloadProgress.of(console)) {
      return new Hub(settings).download(repo, progress);
    }
  }

  /** A short name for people: the last part of the folder's, or of the name on the hub. */
  public String name() {
    Path last = Path.of(text).toAbsolutePath().normalize().getFileName();
    return last == null ? text : last.toString();
  }

  /** As the user gave it. */
  String text() {
    return text;
  }

  /** As an option reads it in whatever folder. */
  @Override
  public String toString() {
    boolean folder = Files.exists(Path.of(text));
    return folder ? Path.of(text).toAbsolutePath().normalize().toString() : text;
  }
}
