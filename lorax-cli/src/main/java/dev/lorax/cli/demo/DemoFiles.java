package dev.lorax.cli.demo;

import dev.lorax.checkpoint.AtomicFolder;
import dev.lorax.checkpoint.CheckpointException;
import dev.lorax.cli.console.Failure;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32;

/**
 * The demo's base model as a folder that can be opened, unpacked once from the jar.
 *
 * <p>It goes to {@code $XDG_CACHE_HOME/lorax} or {@code ~/.cache/lorax}, under a name that changes
 * with its content.
 */
public final class DemoFiles {
  private static final String WEIGHTS = "model.safetensors";
  private static final String TEMPLATE = "chat_template.jinja";
  private static final List<String> FILES =
      List.of("config.json", WEIGHTS, "tokenizer.json", "tokenizer_config.json", TEMPLATE);

  private DemoFiles() {}

  /**
   * The folder of the base model.
   *
   * @throws Failure if it can be unpacked nowhere
   */
  public static Path base() {
    Path folder = cache().resolve("demo-base-%08x".formatted(checksum()));
    if (Files.exists(folder.resolve(WEIGHTS))) {
      return folder;
    }
    try {
      AtomicFolder.create(folder, DemoFiles::unpack);
    } catch (CheckpointException failed) {
      throw Failure.of(
          failed.getMessage() + "; set XDG_CACHE_HOME to a folder that can be written", failed);
    }
    return folder;
  }

  /** The text that the demo learns: the log-book of a pirate ship's cook. */
  public static String log() {
    return new String(bytes(LogBook.RESOURCE), StandardCharsets.UTF_8);
  }

  /** How the base model writes conversations. */
  static void writeTemplate(Path folder) throws IOException {
    Files.write(folder.resolve(TEMPLATE), bytes("base/" + TEMPLATE));
  }

  private static Path cache() {
    return Optional.ofNullable(System.getenv("XDG_CACHE_HOME"))
        .filter(path -> !path.isBlank())
        .map(Path::of)
        .orElse(Path.of(System.getProperty("user.home"), ".cache"))
        .resolve("lorax");
  }

  private static void unpack(Path folder) throws IOException {
    for (String name : FILES) {
      Files.write(folder.resolve(name), bytes("base/" + name));
    }
  }

  private static long checksum() {
    CRC32 sum = new CRC32();
    sum.update(bytes("base/" + WEIGHTS));
    sum.update(bytes("base/tokenizer.json"));
    sum.update(bytes("base/" + TEMPLATE));
    return sum.getValue();
  }

  private static byte[] bytes(String resource) {
    try (InputStream in = DemoFiles.class.getResourceAsStream(resource)) {
      if (in == null) {
        throw new IllegalStateException("The jar lacks " + resource);
      }
      return in.readAllBytes();
    } catch (IOException failed) {
      throw Failure.of("the jar cannot be read (%s)".formatted(failed), failed);
    }
  }
}
