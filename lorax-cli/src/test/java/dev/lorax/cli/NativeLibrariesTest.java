package dev.lorax.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.bytedeco.javacpp.Loader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Processes of their own: in this one the libraries are loaded already. */
class NativeLibrariesTest {
  private static final Path BASE = Document.ROOT.resolve("demo/base");

  @TempDir Path folder;

  /** Says which libraries a command line loads by itself, before any command runs. */
  static final class Loads {
    public static void main(String[] args) throws IOException {
      NativeLibraries.load(args).await();
      String maps = Files.readString(Path.of("/proc/self/maps"));
      System.out.println(maps.contains("libtorch_cpu") + " " + maps.contains("libtokenizers"));
    }
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void theyAreLoadedBesideForCommandsAndNotForHelp() throws Exception {
    assertThat(java(Loads.class, "", "generate", "--model", "m").out()).isEqualTo("true true\n");
    assertThat(java(Loads.class, "", "generate", "--help").out()).isEqualTo("false false\n");
    assertThat(java(Loads.class, "").out()).isEqualTo("false false\n");
  }

  @Test
  void aWrongCommandLineEndsAsItDidThoughTheyAreStillLoading() throws Exception {
    java(Main.class, "", "generate", "--prompt", "One").failed(2, "--model");
  }

  @Test
  void aMissingLibtorchIsOneClearLine() throws Exception {
    generate("-Dorg.bytedeco.javacpp.platform=linux-arm64")
        .failed(1, "No libtorch native library for platform linux-arm64");
  }

  @Test
  void tokenizersThatCannotBeLoadedAreOneClearLine() throws Exception {
    generate("-Dos.arch=sparc", "-Dorg.bytedeco.javacpp.platform=" + platform())
        .failed(1, "Hugging Face's tokenizers cannot be loaded on", "sparc", "DJL_CACHE_DIR");
  }

  private static String platform() {
    return Loader.getPlatform();
  }

  private Lorax generate(String... options) throws Exception {
    return java(
        Main.class, String.join(" ", options), "generate", "--model", BASE.toString(), "-p", "One");
  }

  private Lorax java(Class<?> main, String options, String... args) throws Exception {
    Path java = Path.of(System.getProperty("java.home"), "bin", "java");
    List<String> command = new ArrayList<>(List.of(java.toString(), "-XX:TieredStopAtLevel=1"));
    if (Runtime.version().feature() >= 22) {
      command.add("--enable-native-access=ALL-UNNAMED");
    }
    command.addAll(List.of(options.split(" ")));
    command.remove("");
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
    command.addAll(List.of(args));
    Path out = folder.resolve("out.txt");
    Path err = folder.resolve("err.txt");
    Process process =
        new ProcessBuilder(command)
            .redirectOutput(out.toFile())
            .redirectError(err.toFile())
            .start();
    assertThat(process.waitFor(1, TimeUnit.MINUTES)).as("it ends").isTrue();
    return new Lorax(process.exitValue(), Files.readString(out), Files.readString(err));
  }
}
