package dev.lorax.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lorax.cli.console.Console;
import dev.lorax.cli.console.Failure;
import dev.lorax.cli.hub.ModelSource;
import dev.lorax.hub.Repo;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code lorax pull}: a model or an adapter from the hub, before it is needed. */
@Command(
    name = "pull",
    description =
        "Downloads a model or an adapter from the Hugging Face hub; stdout gets its folder.",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    footer = {
      "",
      "It goes to the cache that Python's huggingface_hub uses too. Other commands take ORG/NAME as",
      "--model and do the same.",
      "",
      "Example:",
      "  lorax pull Qwen/Qwen2.5-0.5B"
    })
final class PullCommand implements Callable<Integer> {
  private final Console console;
  private final Map<String, String> environment;

  @Parameters(paramLabel = "ORG/NAME", description = "The model; ORG/NAME@REVISION names both.")
  private String model;

  @Option(
      names = "--revision",
      paramLabel = "REV",
      description = "A branch, a tag or a commit (default: main).")
  private String revision;

  @Option(names = "--json", description = "Print folder, commit and files as one JSON object.")
  private boolean json;

  PullCommand(Console console, Map<String, String> environment) {
    this.console = console;
    this.environment = environment;
  }

  @Override
  public Integer call() {
    Repo repo = Failure.orUsage(this::repo);
    Path folder = ModelSource.download(repo, console, environment);
    if (json) {
      console.result(report(repo, folder));
    } else {
      console.result(folder.toString());
    }
    return ExitCode.OK;
  }

  private Repo repo() {
    Repo named = Repo.parse(model);
    if (revision != null && model.contains("@")) {
      throw Failure.usage("give the revision once: by --revision, or after the @");
    }
    return revision == null ? named : new Repo(named.id(), revision);
  }

  private static ObjectNode report(Repo repo, Path folder) {
    ObjectNode report = new ObjectMapper().createObjectNode();
    report.put("model", repo.id());
    report.put("revision", repo.revision());
    report.put("commit", folder.getFileName().toString());
    report.put("folder", folder.toString());
    files(folder).forEach(report.putArray("files")::add);
    return report;
  }

  private static List<String> files(Path folder) {
    try (Stream<Path> files = Files.walk(folder)) {
      return files
          .filter(Files::isRegularFile)
          .map(file -> folder.relativize(file).toString())
          .sorted()
          .toList();
    } catch (IOException failure) {
      throw Failure.unreadable(folder, failure);
    }
  }
}
