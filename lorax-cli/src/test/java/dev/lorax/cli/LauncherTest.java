package dev.lorax.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The launcher in a copy of the repository's outline, with a Java and a Maven that only tell. */
@DisabledOnOs(OS.WINDOWS)
class LauncherTest {
  @TempDir Path folder;
  private Path home;
  private Path jdk;
  private Path maven;
  private String dump = "works";
  private String says = "";

  @BeforeEach
  void makeOutline() throws IOException {
    home = folder.resolve("a folder");
    Files.createDirectories(home.resolve("lorax-library/src/main"));
    Files.createDirectories(home.resolve("lorax-cli/src/main"));
    Files.copy(Path.of("..", "lorax"), home.resolve("lorax"));
    jdk = java("17.0.9");
    maven = Files.createDirectories(folder.resolve("maven"));
    program(
        maven.resolve("mvn"),
        "mkdir -p lorax-cli/target/lib",
        "touch lorax-cli/target/lorax.jar",
        "echo chatter");
  }

  /** A Java of a version, whose program prints its last arguments. */
  private Path java(String version) throws IOException {
    Path java = folder.resolve("jdk " + version);
    Files.createDirectories(java.resolve("bin"));
    Files.writeString(java.resolve("release"), "JAVA_VERSION=\"%s\"\n".formatted(version));
    program(
        java.resolve("bin/java"),
        "while [ \"$1\" != -jar ]; do",
        "  case $1 in",
        "    -Xshare:dump) dump=yes ;;",
        "    jdk.incubator.vector) vectors=yes ;;",
        "    -XX:CompileThresholdScaling=*) soon=yes ;;",
        "    -XX:MaxRAMPercentage=*) heap=yes ;;",
        "    -XX:SharedArchiveFile=*) archive=${1#*=} ;;",
        "  esac",
        "  shift",
        "done",
        "if [ \"$dump\" ]; then echo \"$DUMP\" >>dumps.txt; [ \"$DUMP\" ] || exit 1; echo classes >\"$archive\"; fi",
        "[ ! \"$SAYS\" ] || echo \"$SAYS\" >&2",
        "echo \"$@\" ${archive:+with ${archive##*/}} ${vectors:+on vectors} ${soon:+compiled soon}"
            + " ${MALLOC_TOP_PAD_:+keeping memory} ${heap:+on a large heap}");
    return java;
  }

  private static void program(Path file, String... lines) throws IOException {
    Files.writeString(file, "#!/bin/sh\n" + String.join("\n", lines) + "\n");
    assertThat(file.toFile().setExecutable(true)).isTrue();
  }

  private Lorax launch(String path, Path javaHome, String... args)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("bash", home.resolve("lorax").toString()));
    command.addAll(List.of(args));
    Path out = folder.resolve("out.txt");
    Path err = folder.resolve("err.txt");
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectOutput(out.toFile())
            .redirectError(err.toFile());
    builder.environment().put("PATH", path + ":/usr/bin:/bin");
    builder.environment().put("JAVA_HOME", javaHome.toString());
    builder.environment().put("DUMP", dump);
    builder.environment().put("SAYS", says);
    int code = builder.start().waitFor();
    return new Lorax(code, Files.readString(out), Files.readString(err));
  }

  @Test
  void buildsOnFirstUseAndWhenASourceIsNewer() throws Exception {
    Lorax first = launch(maven.toString(), jdk, "train", "--data", "two words").ok();
    assertThat(first.out())
        .isEqualTo(
            ("-jar %s/lorax-cli/target/lorax.jar train --data two words with lorax-17.0.9.jsa"
                    + " on vectors keeping memory\n")
                .formatted(home.toRealPath()));
    assertThat(first.err()).startsWith("lorax: building").hasLineCount(1);
    assertThat(launch(maven.toString(), jdk, "x").ok().err()).isEmpty();
    Thread.sleep(20); // file times may be coarse
    Files.writeString(home.resolve("lorax-library/src/main/New.java"), "class New {}");
    assertThat(launch(maven.toString(), jdk, "x").ok().err()).startsWith("lorax: building");
  }

  @Test
  void archivesClassesOnceForEachBuild() throws Exception {
    launch(maven.toString(), jdk, "x").ok();
    launch(maven.toString(), jdk, "x").ok();
    assertThat(folder.resolve("dumps.txt")).hasContent("works");
    Thread.sleep(20); // file times may be coarse
    Files.writeString(home.resolve("lorax-cli/target/lib/new.jar"), "");
    assertThat(launch(maven.toString(), jdk, "x").ok().out()).contains("with lorax-17.0.9.jsa");
    assertThat(folder.resolve("dumps.txt")).hasContent("works\nworks");
  }

  @Test
  void startsWithoutAnArchiveWhereNoneCanBeMadeAndTriesOnce() throws Exception {
    dump = "";
    assertThat(launch(maven.toString(), jdk, "x").ok().out()).endsWith("lorax.jar x\n");
    assertThat(launch(maven.toString(), jdk, "x").ok().out()).endsWith("lorax.jar x\n");
    assertThat(Files.readString(folder.resolve("dumps.txt"))).hasLineCount(1);
  }

  @Test
  void givesLargeModelsVectorsAndSmallOnesAQuickStart() throws Exception {
    launch(maven.toString(), jdk, "x").ok();
    Path model = Files.createDirectories(folder.resolve("a model"));
    Path weights = model.resolve("model.safetensors");
    try (RandomAccessFile file = new RandomAccessFile(weights.toFile(), "rw")) {
      file.setLength(1 << 20);
      assertThat(launch(maven.toString(), jdk, "generate", "--model", model.toString()).ok().out())
          .doesNotContain("on vectors");
      assertThat(launch(maven.toString(), jdk, "chat", "--model", model.toString()).ok().out())
          .doesNotContain("on vectors");
      assertThat(launch(maven.toString(), jdk, "eval", "--model", model.toString()).ok().out())
          .as("measuring is as much work as training")
          .contains("on vectors");
      file.setLength(40 << 20);
      assertThat(launch(maven.toString(), jdk, "chat", "--model", model.toString()).ok().out())
          .contains("on vectors");
      assertThat(launch(maven.toString(), jdk, "generate", "--model=" + model).ok().out())
          .contains("on vectors");
    }
    assertThat(launch(maven.toString(), jdk, "generate", "--model", "org/name").ok().out())
        .as("a model of the hub may be large")
        .contains("on vectors");
  }

  @Test
  void aRecipeCountsAsOptionsDo() throws Exception {
    launch(maven.toString(), jdk, "x").ok();
    Path run = Files.createDirectories(folder.resolve("a run"));
    Path recipe = Files.writeString(run.resolve("recipe.yaml"), "rank: 4\ndtype: int8\nsteps: 3\n");
    for (String[] way :
        List.of(
            new String[] {"--dtype", "int8"},
            new String[] {"--recipe", recipe.toString()},
            new String[] {"--recipe=" + recipe},
            new String[] {"--resume", run.toString()})) {
      assertThat(train(way)).contains("on a large heap");
    }
    Files.writeString(recipe, "dtype: bf16\n");
    assertThat(train("--resume", run.toString())).doesNotContain("on a large heap");
    assertThat(train("--recipe", "gone.yaml")).doesNotContain("on a large heap");
  }

  private String train(String... options) throws Exception {
    String[] all = Stream.concat(Stream.of("train"), Stream.of(options)).toArray(String[]::new);
    return launch(maven.toString(), jdk, all).ok().out();
  }

  @Test
  void optionsOfLoraxItselfMayComeBeforeTheCommand() throws Exception {
    launch(maven.toString(), jdk, "x").ok();
    for (String command : List.of("train --steps 2", "bench train", "bench decode", "chat -m x")) {
      Lorax plain = launch(maven.toString(), jdk, command.split(" ")).ok();
      Lorax verbose = launch(maven.toString(), jdk, ("--verbose " + command).split(" ")).ok();
      assertThat(verbose.out())
          .isEqualTo(plain.out().replace("lorax.jar ", "lorax.jar --verbose "));
    }
    assertThat(launch(maven.toString(), jdk, "--verbose", "bench", "train").ok().out())
        .endsWith("on vectors keeping memory\n");
    assertThat(launch(maven.toString(), jdk, "--verbose", "bench", "decode").ok().out())
        .endsWith("on vectors compiled soon\n");
  }

  @Test
  void dropsTheWarningOfVectorsAndNothingElse() throws Exception {
    launch(maven.toString(), jdk, "x").ok(); // built, and archived
    says = "WARNING: Using incubator modules: jdk.incubator.vector\nerror: no such folder";
    launch(maven.toString(), jdk, "generate", "--dtype", "int8").ok();
    Path err = folder.resolve("err.txt"); // what passes the filter may come a moment later
    for (int i = 0; i < 100 && Files.size(err) == 0; i++) {
      Thread.sleep(20);
    }
    assertThat(err).hasContent("error: no such folder");
  }

  @Test
  void showsWhatMavenSaidWhenTheBuildFails() throws Exception {
    program(maven.resolve("mvn"), "echo it is broken", "exit 1");
    launch(maven.toString(), jdk).failed(1, "the build failed");
    assertThat(launch(maven.toString(), jdk).err()).contains("it is broken");
  }

  @Test
  void tellsWhichJavaIsWrong() throws Exception {
    launch(maven.toString(), java("11.0.2")).failed(1, "Java 11.0.2, too old", "17");
    launch(maven.toString(), java("1.8.0_392")).failed(1, "too old");
    launch(maven.toString(), folder.resolve("nowhere")).failed(1, "JAVA_HOME is", "17 or later");
  }
}
