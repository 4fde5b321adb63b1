package dev.lorax.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DoctorCommandTest {
  @TempDir Path folder;
  private Clinic clinic;

  @BeforeEach
  void open() {
    clinic = new Clinic(folder);
  }

  private List<String> findings(Path data, Object... more) {
    return clinic.findings(data, Clinic.with(more));
  }

  /** Of the run itself; what other programs make of it is left out. */
  private List<String> against(Path data, Object... more) {
    return findings(data, more).stream()
        .filter(line -> !line.startsWith("ok ") && !line.startsWith("note compatibility"))
        .toList();
  }

  private void says(String beginning, Path data, Object... more) {
    assertThat(against(data, more)).singleElement().asString().startsWith(beginning);
  }

  @Test
  void showsTheWholeRunOnTwoScreens() {
    Lorax run = clinic.doctor(clinic.chats(30), Clinic.SHORT).ok();
    assertThat(run.out())
        .containsPattern("self_attention\\.query +2 +2 +1,024 +2,112\n")
        .containsPattern("language_modeling_head\\.output +1 +0 +0 +0\n")
        .contains("trainable params: 2,048 || all params: 32,672 || trainable%: 6.2684\n")
        .containsPattern("chats\\.jsonl, line \\d+: 26 tokens, 9 learned\n")
        .containsPattern("Q:how is no \\d+ A:⟦fine, \\d+<\\|end\\|>⟧\n")
        .contains("27 to learn from, 3 held out")
        .containsPattern(" 26 to 26 +█{40} \\d+\n")
        .containsPattern("memory +about ")
        .containsPattern("time +about .+ for 20 steps of 0\\.\\d{3} s, at .+ tokens/s")
        .containsPattern("\nok +after 3 steps all 4 modules have learned something");
    assertThat(run.out().lines().count()).isLessThan(60);
    assertThat(run.err()).isEmpty();
  }

  @Test
  void examinesPlainTextToo() throws IOException {
    Lorax run = clinic.doctor(TinyModel.text(folder), "--window", 16, "--steps", 4).ok();
    assertThat(run.out())
        .contains("tokens of text")
        .containsPattern("\n16 tokens, 15 learned\n")
        .contains("ok       a sample has the same logits");
    assertThat(run.out()).doesNotContain("end-of-sequence");
  }

  @Test
  void readsTheRecipeOfARun() throws IOException {
    Path out = folder.resolve("out");
    clinic
        .run("train", clinic.chats(9), Clinic.with("--out", out, "--rank", 3, "--sample", ""))
        .ok();
    JsonNode json =
        Lorax.run("doctor", "--recipe", out.resolve("recipe.yaml"), "--json").ok().json();
    assertThat(json.get("trainedParameters").asLong()).isEqualTo(3 * 2 * 2 * 64);
    assertThat(json.at("/time/steps").asInt()).isEqualTo(20);
  }

  @Test
  void examinesTheFirstCombinationOfASweepAndReadsTheOthers() throws IOException {
    Path out = folder.resolve("out");
    Object[] sweep = Clinic.with("--out", out, "--sweep", "rank=3,4", "--sample", "");
    clinic.run("train", clinic.chats(9), sweep).ok();
    Path recipe = out.resolve("recipe.yaml");
    JsonNode json = Lorax.run("doctor", "--recipe", recipe, "--json").ok().json();
    assertThat(json.get("trainedParameters").asLong()).isEqualTo(3 * 2 * 2 * 64);
    assertThat(json.get("findings").findValuesAsText("what"))
        .contains("of 2 combinations the first is examined: rank=3");
    assertThat(findings(clinic.chats(9), "--sweep", "rank=3,0", "--sweep", "alpha=4,x"))
        .hasSize(3)
        .allMatch(line -> line.startsWith("error sweep: --sweep {rank="))
        .anyMatch(line -> line.contains("rank=0, alpha=4}: "))
        .anyMatch(line -> line.contains("rank=3, alpha=x}: "));
    assertThat(findings(clinic.chats(30), "--sweep", "rank=3,4000", "--sweep", "seed=42,7"))
        .anyMatch(line -> line.startsWith("error sweep: --sweep {rank=4000, seed=42}: "))
        .anyMatch(line -> line.matches("error sweep: .*rank=3, seed=7}: .* measured on other .*"));
    assertThat(findings(clinic.chats(9), "--held-out", 0, "--sweep", "rank=3,4"))
        .containsOnlyOnce(
            "error sweep: --sweep ranks runs by held-out loss, and nothing is held out: give"
                + " --held-out, or --validation: ");
  }

  @Test
  void leavesNothingBehind() throws IOException {
    Path data = clinic.chats(9);
    Path temporary = Path.of(System.getProperty("java.io.tmpdir"));
    List<Path> before = leftIn(temporary);
    List<Path> files = all(folder);
    clinic.doctor(data, Clinic.SHORT).ok();
    assertThat(all(folder)).isEqualTo(files);
    assertThat(leftIn(temporary)).isEqualTo(before);
  }

  private static List<Path> all(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.sorted().toList();
    }
  }

  private static List<Path> leftIn(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(file -> file.toString().contains("lorax-doctor")).sorted().toList();
    }
  }

  @Test
  void aSoundRunHasNothingAgainstIt() {
    assertThat(against(clinic.chats(30))).isEmpty();
  }

  @Test
  void errorsOfDifferentPartsAreToldTogether() {
    Lorax run =
        clinic.doctor(clinic.chats(9), Clinic.with("--targets", "querry", "--sample-every", 0));
    assertThat(run.code()).isEqualTo(1);
    assertThat(run.out())
        .containsOnlyOnce("error    No node is named 'querry'")
        .contains("error    --sample-every must be at least 1")
        .contains("to learn from");
  }

  @Test
  void aStepThatCannotBeTriedIsAnErrorBesideTheRest() {
    assertThat(findings(clinic.chats(9), "--learning-rate", -1))
        .containsOnlyOnce(
            "error options: --learning-rate must be above 0 and at most 1e20, not -1.0: ")
        .anyMatch(line -> line.startsWith("ok end-of-sequence: "));
    clinic.weights(tensors -> tensors.get("transformer.ln_f.weight").mulInPlace(Double.NaN));
    assertThat(findings(clinic.chats(9)))
        .anyMatch(line -> line.startsWith("error steps: The loss is NaN in step 1"))
        .noneMatch(line -> line.contains("sequences-apart"));
  }

  @Test
  void aModelThatIsNotThereIsAFinding() {
    Lorax run = Lorax.run("doctor", "--model", folder.resolve("no"), "--data", clinic.chats(9));
    assertThat(run.code()).isEqualTo(1);
    assertThat(run.out()).contains("error    ").contains("no such folder");
  }

  @Test
  void samplesThatRepeatOrAreMeasuredOnTooAreWarnings() throws IOException {
    Path data = clinic.chats(30);
    Path more = clinic.lines("more.jsonl", Clinic.chat("how is no 5", "fine, 5"));
    says("warning repeated: 1 of 31 samples looked at", data, "--data", more, "--held-out", 0);
    says("warning overlap: 1 held-out samples are learned from too", data, "--validation", more);
  }

  @Test
  void trainingPrintsWarningsAndNothingElseOfTheDoctor() {
    Path more = clinic.lines("more.jsonl", Clinic.chat("how is no 5", "fine, 5"));
    Lorax run =
        clinic.run(
            "train",
            clinic.chats(30),
            Clinic.with("--validation", more, "--out", folder.resolve("out"), "--sample", ""));
    assertThat(run.ok().err())
        .containsPattern("(?m)^warning +1 held-out samples are learned from too .+: keep one")
        .doesNotContain("vLLM", "same logits", "every sample teaches");
  }

  @Test
  void samplesThatAreCutOrDroppedOrTeachNothingAreWarnings() {
    Path data = clinic.chats(30);
    assertThat(clinic.findings(data, "--max-length", 25))
        .anyMatch(line -> line.startsWith("warning cut: "));
    assertThat(clinic.findings(data, "--max-length", 18))
        .anyMatch(line -> line.startsWith("warning few-learned: "));
    Path broken = clinic.lines("broken.jsonl", Clinic.chat("a", "b"), "{}", Clinic.chat("c", "d"));
    assertThat(against(broken, "--held-out", 0))
        .anyMatch(line -> line.startsWith("warning dropped: 33 % of the samples"));
  }

  @Test
  void aStepOfMoreSamplesThanThereAreIsAWarning() {
    says(
        "warning batch: there are 8 samples, fewer than the 16",
        clinic.chats(9),
        "--accumulate",
        8);
  }

  @ParameterizedTest
  @CsvSource({"0.02, high", "0.00000001, low"})
  void unusualLearningRatesAreNotes(double rate, String size) {
    Path data = clinic.chats(30);
    assertThat(against(data, "--learning-rate", rate))
        .singleElement()
        .asString()
        .startsWith("note learning-rate: ")
        .contains("is unusually %s for LoRA".formatted(size));
  }

  @Test
  void aRuinousLearningRateIsAWarning() {
    says(
        "warning learning-rate: the learning rate 3 is unusually high",
        clinic.chats(30),
        "--learning-rate",
        3);
  }

  @Test
  void aShareThatHoldsNothingOutIsAWarning() {
    says(
        "warning held-out: a share of 0.001 of 30 samples is too small to hold any out, so nothing"
            + " is measured: give a larger --held-out",
        clinic.chats(30),
        "--held-out",
        0.001);
  }

  @Test
  void textsThatTeachLittleAreToldWithoutPrompts() {
    Path texts = clinic.lines("texts.jsonl", "{'text': 'ab'}", "{'text': 'a b'}");
    assertThat(clinic.findings(texts, "--held-out", 0, "--max-length", 2))
        .anyMatch(
            line ->
                line.startsWith("warning few-learned: ")
                    && line.endsWith(": give a longer --max-length, or longer texts"));
  }

  @Test
  void theLengthOfSamplesIsRefusedByItsName() {
    assertThat(clinic.findings(clinic.chats(9), "--max-length", 100_000))
        .anyMatch(line -> line.startsWith("error data: --max-length 100000 exceeds the model's"));
  }

  @Test
  void aWarmUpThatIsNoShorterThanTheRunIsAWarning() {
    Path data = clinic.chats(30);
    says(
        "warning warmup: the warm-up of 20 steps is no shorter than the run of 20, which only reaches"
            + " 95 % of the learning rate: lower --warmup",
        data, "--warmup", 20);
    assertThat(against(data, "--warmup", 19)).isEmpty();
    Path out = folder.resolve("out");
    Lorax run =
        clinic.run("train", data, "--steps", 1, "--warmup", 100, "--out", out, "--sample", "");
    assertThat(run.ok().err())
        .containsPattern("(?m)^warning +the warm-up of 100 .+ reaches 0 % of");
  }

  @Test
  void promptsThatEndWithASpaceOrStandOutsideTheTemplateAreNotes() {
    Path data =
        clinic.lines(
            "pairs.jsonl",
            "{'prompt': 'two and two is ', 'completion': 'four'}",
            "{'prompt': 'two and one is ', 'completion': 'three'}",
            "{'prompt': 'one and one is', 'completion': ' two'}");
    assertThat(against(data, "--held-out", 0))
        .satisfiesExactly(
            line -> assertThat(line).startsWith("note space-before-answer: 2 of the first"),
            line -> assertThat(line).startsWith("note outside-template: ").contains("--as-chat"));
    assertThat(against(data, "--held-out", 0, "--as-chat")).isEmpty();
  }

  @Test
  void aTemplateThatLeavesOutTheSystemMessageIsAWarning() {
    String system =
        Clinic.chat("hi", "ho").replace("[{", "[{'role': 'system', 'content': 'Be brief.'}, {");
    Path data = clinic.lines("system.jsonl", system, Clinic.chat("a", "b"));
    String said = "{% for m in messages if m.role != 'system' %}";
    assertThat(against(data, "--held-out", 0)).isEmpty();
    clinic.template(Clinic.TEMPLATE.replace("{% for m in messages %}", said));
    says("warning system-left-out: ", data, "--held-out", 0);
  }

  @Test
  void aColumnThatTheTemplateReadsAndDoesNotGetIsAWarning() {
    clinic.template("{{ 'gladly ' if mood == 'glad' }}" + Clinic.TEMPLATE);
    String sample = Clinic.chat("hi", "ho").replaceFirst("}$", ", '%s': %s, 'id': 7}");
    Path column =
        clinic.lines("column.jsonl", sample.formatted("mood", "'glad'"), Clinic.chat("a", "b"));
    says("warning column-left-out: the chat template reads 'mood'", column, "--held-out", 0);
    Path setting =
        clinic.lines(
            "setting.jsonl",
            sample.formatted("chat_template_kwargs", "{'mood': 'glad'}"),
            Clinic.chat("a", "b"));
    assertThat(against(setting, "--held-out", 0)).isEmpty();
  }

  @Test
  void vllmIsToldTheRankThatIsStored() {
    Path llama = Path.of("..", "demo", "base");
    Lorax run =
        Lorax.run(
            "doctor",
            "--model",
            llama,
            "--data",
            Path.of("..", "demo", "cook-chat.jsonl"),
            "--rank",
            20,
            "--steps-timed",
            0);
    assertThat(run.ok().out())
        .contains("stored as 20")
        .contains("start it with --max-lora-rank 32");
  }
}
