package dev.lorax.cli.run;

import dev.lorax.cli.console.Failure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * What a run's files hold, in short, so that a run is never resumed on others.
 *
 * @param base SHA-256 of the model's files, by file name
 * @param data SHA-256 of the files learned from and measured on, by their place in the recipe
 */
public record Fingerprint(Map<String, String> base, Map<String, String> data) {
  private static final String TEMPLATES = "additional_chat_templates";

  /** Copies the maps. */
  public Fingerprint {
    base = new TreeMap<>(base);
    data = new TreeMap<>(data);
  }

  /**
   * Reads the files: data wholly, and of large weights a part. (Training changes every tensor of a
   * base.)
   *
   * @param digests of files that were read before
   * @throws Failure if one cannot be read
   */
  public static Fingerprint of(Path model, List<Path> data, FileDigests digests) {
    Map<String, String> base = new TreeMap<>();
    for (Path file : modelFiles(model)) {
      base.put(file.getFileName().toString(), digests.sampled(file));
    }
    Path templates = model.resolve(TEMPLATES);
    for (Path file : Files.isDirectory(templates) ? modelFiles(templates) : List.<Path>of()) {
      base.put(TEMPLATES + "/" + file.getFileName(), digests.sampled(file));
    }
    Map<String, String> texts = new TreeMap<>();
    for (int i = 0; i < data.size(); i++) {
      texts.put("%d %s".formatted(i + 1, data.get(i).getFileName()), digests.whole(data.get(i)));
    }
    return new Fingerprint(base, texts);
  }

  private static List<Path> modelFiles(Path folder) {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(
              file ->
                  Files.isRegularFile(file)
                      && file.getFileName()
                          .toString()
                          .matches("[^.].*\\.(json|safetensors|bin|jinja)"))
          .sorted()
          .toList();
    } catch (IOException failed) {
      throw Failure.unreadable(folder, failed);
    }
  }

  /** What is not as it was: {@code the data file '1 forum.jsonl' has changed}. */
  public List<String> differences(Fingerprint before) {
    List<String> found = new ArrayList<>();
    compare("the model's file", base, before.base, found);
    compare("the data file", data, before.data, found);
    return found;
  }

  private static void compare(
      String what, Map<String, String> now, Map<String, String> before, List<String> found) {
    TreeMap<String, String> all = new TreeMap<>(before);
    all.putAll(now);
    for (String name : all.keySet()) {
      if (!now.containsKey(name)) {
        found.add("%s '%s' is gone".formatted(what, name));
      } else if (!before.containsKey(name)) {
        found.add("%s '%s' is new".formatted(what, name));
      } else if (!now.get(name).equals(before.get(name))) {
        found.add("%s '%s' has changed".formatted(what, name));
      }
    }
  }
}
