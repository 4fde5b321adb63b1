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
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;

/** Where a model or an adapter is: a folder, or {@code ORG/NAME[@REVISION]} on the hub. */
public final class ModelSource {
  private static final Pattern COMMIT = Pattern.compile("@[0-9a-f]{40}$");

  private final String text;
  private final Console console;
  private final Map<String, String> environment;
  private final String remedy; // where it cannot be had
  private Path folder;
  private Optional<Repo> downloaded = Optional.empty(); // at its commit

  private ModelSource(
      String text, Console console, Map<String, String> environment, String remedy) {
    this.text = text;
    this.console = console;
    this.environment = environment;
    this.remedy = remedy;
  }

  /** Reads options of this type. */
  public static ITypeConverter<ModelSource> converter(
      Console console, Map<String, String> environment) {
    return text -> of(text, console, environment);
  }

  /** What is there: a folder, or a name on the hub. */
  public static ModelSource of(String text, Console console, Map<String, String> environment) {
    return new ModelSource(text, console, environment, "");
  }

  /**
   * Its folder. One that exists wins; else what has the form of a name on the hub is downloaded
   * there, unless the cache has it.
   *
   * @throws Failure if it cannot be had
   */
  public Path folder() {
    if (folder == null) {
      Optional<Repo> repo = repo();
      folder = repo.map(this::download).orElse(Path.of(text));
      downloaded = repo.map(named -> new Repo(named.id(), folder.getFileName().toString()));
    }
    return folder;
  }

  /** What it is on the hub; empty where it is a folder. */
  private Optional<Repo> repo() {
    return Failure.orUsage(() -> Files.exists(Path.of(text)) ? Optional.empty() : Repo.find(text));
  }

  /**
   * The same model as an adapter was trained on it: where this is on the hub and names no revision,
   * at the one that the adapter names.
   *
   * @throws Failure if the adapter cannot be had
   */
  public ModelSource under(ModelSource adapter) {
    Optional<Repo> named = repo().filter(repo -> !text.contains("@"));
    return named
        .flatMap(repo -> Failure.orFail(() -> AdapterFormat.trainedOn(adapter.folder())))
        .filter(base -> base.startsWith(named.get().id() + "@"))
        .map(base -> new ModelSource(base, console, environment, another(named.get())))
        .orElse(this);
  }

  private static String another(Repo repo) {
    return " (the adapter names that revision; %s@main is another)".formatted(repo.id());
  }

  private Path download(Repo repo) {
    try {
      return download(repo, console, environment);
    } catch (HubException refused) {
      throw Failure.of(
          "there is no folder %s, and %s%s".formatted(text, refused.getMessage(), remedy), refused);
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

  /** The same, but with the commit of one that is on the hub. */
  String exactName() {
    return downloaded.map(Repo::toString).orElseGet(this::name);
  }

  /** Whether another name may mean this: of commits where both are known, else of last parts. */
  boolean mayBe(String other) {
    String here = exactName();
    boolean exact = COMMIT.matcher(here).find() && COMMIT.matcher(other).find();
    return exact
        ? here.endsWith(other.substring(other.lastIndexOf('@')))
        : last(here).equals(last(other));
  }

  private static String last(String path) {
    return path.replaceFirst("^([^@/]+/[^@/]+)@.*$", "$1") // a revision may have slashes
        .replaceFirst("@[^@/]*$", "")
        .replaceFirst("[/\\\\]+$", "")
        .replaceFirst(".*[/\\\\]", "");
  }

  /** As the user gave it. */
  String text() {
    return text;
  }

  /** As an option reads it in whatever folder; once it is downloaded, at that commit. */
  @Override
  public String toString() {
    boolean isFolder = Files.exists(Path.of(text));
    return isFolder
        ? Path.of(text).toAbsolutePath().normalize().toString()
        : downloaded.map(Repo::toString).orElse(text);
  }
}
