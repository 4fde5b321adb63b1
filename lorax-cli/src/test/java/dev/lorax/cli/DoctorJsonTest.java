package dev.lorax.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code lorax doctor --json}: an examination for programs. */
class DoctorJsonTest {
  @TempDir Path folder;
  private Clinic clinic;

  @BeforeEach
  void open() {
    clinic = new Clinic(folder);
  }

  @Test
  void givesEverythingAsJson() throws IOException {
    JsonNode json = clinic.doctor(clinic.chats(30), Clinic.with("--json")).ok().json();
    assertThat(json.get("trainedParameters").asLong()).isEqualTo(2048);
    assertThat(json.get("allParameters").asLong()).isEqualTo(32_672);
    assertThat(json.at("/modules/2/name").asText()).isNotEmpty();
    assertThat(json.get("samples")).hasSize(3);
    assertThat(json.at("/samples/0/learned").asInt()).isEqualTo(9);
    assertThat(json.at("/samples/0/pieces/0/learned").asBoolean()).isFalse();
    assertThat(json.at("/data/samplesLookedAt").asInt()).isEqualTo(27);
    assertThat(json.at("/data/examples").asInt()).isEqualTo(27);
    assertThat(json.at("/data/lengths/0/count").asInt()).isPositive();
    assertThat(json.at("/memory/expectedBytes").asLong()).isGreaterThan(100_000_000);
    assertThat(json.at("/time/stepsTimed").asInt()).isEqualTo(3);
    assertThat(json.at("/time/steps").asInt()).isEqualTo(20);
    assertThat(json.at("/time/expectedSeconds").asDouble())
        .isGreaterThanOrEqualTo(20 * json.at("/time/secondsPerStep").asDouble());
    assertThat(json.at("/findings/0/severity").asText()).isEqualTo("ok");
  }

  @Test
  void countsWhatItFoundInTheDataAsJson() throws IOException {
    Path data =
        clinic.lines(
            "mixed.jsonl",
            Clinic.chat("a", "b"),
            Clinic.chat("c", "d".repeat(90)),
            "{}",
            Clinic.chat("e", ""),
            Clinic.chat("f", ""));
    JsonNode json = clinic.doctor(data, Clinic.with("--held-out", 0, "--json")).json();
    assertThat(json.at("/data/dropped").asInt()).isEqualTo(3);
    assertThat(json.at("/data/found").toString())
        .isEqualTo("{\"MISSING_FIELD\":1,\"EMPTY_ANSWER\":2,\"CUT\":1}");
    JsonNode sound = clinic.doctor(clinic.chats(9), Clinic.with("--json")).ok().json();
    assertThat(sound.at("/data/found").isObject()).isTrue();
    assertThat(sound.at("/data/found")).isEmpty();
  }

  @Test
  void triesAsManyStepsAsItIsTold() throws IOException {
    JsonNode none =
        clinic.doctor(clinic.chats(9), Clinic.with("--steps-timed", 0, "--json")).ok().json();
    assertThat(none.has("time")).isFalse();
    assertThat(none.get("findings").toString())
        .doesNotContain("gradient", "saved-adapter")
        .contains("sequences-apart");
    Object[] slow = {"--steps", 100, "--steps-timed", 1, "--json"};
    JsonNode one = clinic.doctor(clinic.chats(9), slow).ok().json();
    assertThat(one.at("/time/stepsTimed").asInt()).isEqualTo(1);
    assertThat(one.get("findings").toString()) // the warm-up's first rate is 0
        .doesNotContain("gradient");
    clinic
        .doctor(clinic.chats(9), "--steps-timed", -1)
        .failed(2, "--steps-timed must be at least 0");
  }
}
