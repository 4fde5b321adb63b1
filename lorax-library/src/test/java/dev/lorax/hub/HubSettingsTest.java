package dev.lorax.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HubSettingsTest {
  @TempDir Path home;

  private HubSettings of(String... pairs) {
    Map<String, String> environment = new HashMap<>(Map.of("HOME", home.toString()));
    for (int i = 0; i < pairs.length; i += 2) {
      environment.put(pairs[i], pairs[i + 1]);
    }
    return HubSettings.of(environment);
  }

  @Test
  void withoutVariablesItIsTheHubAndTheUsersCache() {
    HubSettings settings = of();
    assertThat(settings.endpoint()).isEqualTo(URI.create("https://huggingface.co"));
    assertThat(settings.cache()).isEqualTo(home.resolve(".cache/huggingface/hub"));
    assertThat(settings.token()).isEmpty();
    assertThat(settings.offline()).isFalse();
    assertThat(settings.symlinks()).isTrue();
    assertThat(settings.timeout()).isEqualTo(Duration.ofSeconds(10));
  }

  @Test
  void eachVariableOfTheCacheGoesBeforeTheNext() {
    String[] all = {
      "XDG_CACHE_HOME",
      "/xdg",
      "HF_HOME",
      "/home",
      "HUGGINGFACE_HUB_CACHE",
      "/old",
      "HF_HUB_CACHE",
      "/hub"
    };
    String[] expected = {"/xdg/huggingface/hub", "/home/hub", "/old", "/hub"};
    for (int i = 1; i <= 4; i++) {
      String[] first = java.util.Arrays.copyOf(all, 2 * i);
      assertThat(of(first).cache()).isEqualTo(Path.of(expected[i - 1]));
    }
  }

  @Test
  void pathsMayNameTheHomeAndOtherVariables() {
    assertThat(of("HF_HOME", "~/hf").cache()).isEqualTo(home.resolve("hf/hub"));
    assertThat(of("HF_HUB_CACHE", "/data/$USER/${TEAM}/$GONE", "USER", "me", "TEAM", "us").cache())
        .isEqualTo(Path.of("/data/me/us/$GONE"));
  }

  @Test
  void anEmptyVariableIsNone() {
    assertThat(of("HF_HOME", "", "HF_ENDPOINT", " ", "HF_TOKEN", "")).isEqualTo(of());
  }

  @Test
  void theTokenComesFromItsVariableOrItsFile() throws IOException {
    Path file = home.resolve(".cache/huggingface/token");
    Files.createDirectories(file.getParent());
    Files.writeString(file, "hf_file\n");
    Path other = Files.writeString(home.resolve("other"), "hf_other");
    assertThat(of().token()).contains("hf_file");
    assertThat(of("HF_TOKEN_PATH", other.toString()).token()).contains("hf_other");
    assertThat(of("HUGGING_FACE_HUB_TOKEN", "hf_old").token()).contains("hf_old");
    assertThat(of("HF_TOKEN", " hf_new\n", "HUGGING_FACE_HUB_TOKEN", "hf_old").token())
        .contains("hf_new");
  }

  @Test
  void theTokenIsNeverShown() {
    HubSettings settings = of("HF_TOKEN", "hf_secret");
    assertThat(settings.toString()).contains("with a token").doesNotContain("secret");
    assertThatThrownBy(() -> of("HF_TOKEN", "hf secret"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("HF_TOKEN holds what cannot be a token")
        .message()
        .doesNotContain("secret");
  }

  @ParameterizedTest
  @CsvSource({"1,true", "true,true", "Yes,true", "ON,true", "0,false", "no,false", "2,false"})
  void offlineIsReadAsPythonReadsIt(String value, boolean expected) {
    assertThat(of("HF_HUB_OFFLINE", value).offline()).isEqualTo(expected);
    assertThat(of("TRANSFORMERS_OFFLINE", value).offline()).isEqualTo(expected);
    assertThat(of("HF_HUB_DISABLE_SYMLINKS", value).symlinks()).isEqualTo(!expected);
  }

  @Test
  void anEndpointLosesItsLastSlash() {
    assertThat(of("HF_ENDPOINT", "http://mirror:8080/hub/").endpoint())
        .isEqualTo(URI.create("http://mirror:8080/hub"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"mirror", "ftp://mirror", "http://", "http://a b"})
  void anEndpointThatIsNoAddressIsRefused(String address) {
    assertThatThrownBy(() -> of("HF_ENDPOINT", address))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("HF_ENDPOINT is '" + address + "', which is no address");
  }

  @Test
  void aTimeoutIsWholeSeconds() {
    assertThat(of("HF_HUB_DOWNLOAD_TIMEOUT", "30").timeout()).isEqualTo(Duration.ofSeconds(30));
    assertThatThrownBy(() -> of("HF_HUB_DOWNLOAD_TIMEOUT", "soon"))
        .hasMessageContaining("HF_HUB_DOWNLOAD_TIMEOUT is 'soon': give whole seconds");
  }
}
