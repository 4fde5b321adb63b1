package dev.lorax.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.bytedeco.javacpp.Loader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EngineTest {
  /** Run in a process of its own. */
  static final class MakesOneTensor {
    public static void main(String[] args) {
      try (Tensor zeros = Tensor.zeros(DType.F32, 2, 2)) {
        String extension = System.getProperty("org.bytedeco.javacpp.platform.extension");
        System.out.println("made " + zeros + ", extension '" + extension + "'");
      } catch (UnsupportedPlatformException expected) {
        System.out.println(expected.getMessage());
      }
    }
  }

  @Test
  void aPlatformWithoutNativeLibraryIsNamedWithTheRemedy() throws Exception {
    assertThat(run("-Dorg.bytedeco.javacpp.platform=linux-arm64"))
        .startsWith("No libtorch native library for platform linux-arm64 on the class path.")
        .contains("linux-x86_64, macosx-arm64, macosx-x86_64 or windows-x86_64")
        .hasLineCount(1);
  }

  @Test
  void thisPlatformHasOne() throws Exception {
    assertThat(run("-Dsome=property")).startsWith("made F32[2, 2]");
  }

  @Test
  void cudaIsLookedForWhereItsBuildIsOnTheClassPathOrTheUserAsks(@TempDir Path folder)
      throws Exception {
    assertThat(run("-Dsome=property")).endsWith("extension ''");
    assertThat(run("-Dorg.bytedeco.javacpp.platform.extension=-gpu")).endsWith("extension '-gpu'");
    String platform = Loader.getPlatform() + "-gpu";
    Path build = Files.createDirectories(folder.resolve("org/bytedeco/pytorch/" + platform));
    Files.createFile(build.resolve(System.mapLibraryName("jnitorch")));
    String path = folder + File.pathSeparator + System.getProperty("java.class.path");
    assertThat(run("-Djava.class.path=" + path)).endsWith("extension 'null'");
  }

  @Test
  void threadsAreSetForEveryKernelAndAtLeastOne() {
    int before = Engine.threads();
    try {
      Engine.threads(1);
      assertThat(Engine.threads()).isEqualTo(1);
      assertThatThrownBy(() -> Engine.threads(0)).hasMessageContaining("at least 1");
    } finally {
      Engine.threads(before);
    }
  }

  private static String run(String property) throws IOException, InterruptedException {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    Process process =
        new ProcessBuilder(
                java,
                "-Djava.class.path=" + System.getProperty("java.class.path"),
                property,
                MakesOneTensor.class.getName())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    process.waitFor();
    return out.strip();
  }
}
