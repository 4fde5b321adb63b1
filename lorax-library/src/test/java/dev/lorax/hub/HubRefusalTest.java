package dev.lorax.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Why the hub refuses a model, in words that say what to do. */
class HubRefusalTest {
  private static final String API = "GET hub/api/models/org/tiny/revision/";

  @TempDir Path cache;
  private final FakeHub hub = new FakeHub().withModel();

  @AfterEach
  void stop() {
    hub.close();
  }

  private String refusal(Optional<String> token) {
    HubSettings plain = hub.settings(cache);
    HubSettings settings =
        new HubSettings(plain.endpoint(), cache, token, false, true, plain.timeout());
    String[] message = new String[1];
    assertThatThrownBy(() -> hub.download(settings, Repo.parse(FakeHub.ID)))
        .isInstanceOf(HubException.class)
        .satisfies(thrown -> message[0] = thrown.getMessage());
    assertThat(hub.pauses).as("a refusal is final").isEmpty();
    return message[0].replace(plain.endpoint().toString(), "HUB");
  }

  private String refusal() {
    return refusal(Optional.empty());
  }

  @Test
  void aGatedModelNamesTheStepsToItsWeights() {
    hub.trouble(API, 9, e -> FakeHub.refuse(e, 401, "GatedRepo", "restricted"));
    assertThat(refusal())
        .isEqualTo(
            "org/tiny is gated: accept its conditions at HUB/org/tiny, make a token at"
                + " HUB/settings/tokens, and set HF_TOKEN to it");
  }

  @Test
  void aGatedModelWithATokenAsksForItsConditionsOnly() {
    hub.trouble(API, 9, e -> FakeHub.refuse(e, 403, "GatedRepo", "not in the list"));
    assertThat(refusal(Optional.of("hf_x")))
        .startsWith("org/tiny is gated, and the token's account has no access yet: accept its");
  }

  @Test
  void aGatedFileOfAnOpenListIsToldAlike() {
    hub.trouble("HEAD hub", 9, e -> FakeHub.refuse(e, 401, "GatedRepo", "restricted"));
    assertThat(refusal()).startsWith("org/tiny is gated: accept");
  }

  @Test
  void aTokenThatIsNoneIsToldAsSuch() {
    String invalid = "Invalid credentials in Authorization header";
    hub.trouble(API, 9, e -> FakeHub.refuse(e, 401, "", invalid));
    assertThat(refusal(Optional.of("hf_x")))
        .isEqualTo(
            "HUB refuses the token: make a new one at HUB/settings/tokens, and set HF_TOKEN to it");
  }

  @Test
  void aPlaceThatAsksForTheTokenOfAnotherIsNamed() {
    String elsewhere = hub.settings(cache).endpoint().toString().replace("127.0.0.1", "localhost");
    hub.trouble(API, 1, e -> FakeHub.redirect(e, elsewhere + e.getRequestURI()));
    hub.trouble(API, 1, e -> FakeHub.refuse(e, 401, "GatedRepo", "restricted"));
    assertThat(refusal(Optional.of("hf_x")))
        .isEqualTo(
            "org/tiny: HUB redirects to %s, which asks for a token, and HF_TOKEN goes to HF_ENDPOINT"
                    .formatted(elsewhere)
                + " alone: set HF_ENDPOINT to %s if the token is for that".formatted(elsewhere));
  }

  @Test
  void aMissingModelNamesTheNearest() {
    hub.trouble(API, 9, e -> FakeHub.refuse(e, 401, "RepoNotFound", "no"));
    hub.trouble(
        "GET hub/api/models?search=tiny&",
        9,
        e -> FakeHub.send(e, 200, "[{\"id\": \"other/thing\"}, {\"id\": \"Orga/tiny\"}]"));
    hub.trouble(
        "GET hub/api/models?author=org&",
        9,
        e -> FakeHub.send(e, 200, "[{\"id\": \"org/tiny-chat-large\"}]"));
    assertThat(refusal())
        .isEqualTo(
            "HUB has no model org/tiny (did you mean Orga/tiny?), or it is private: check the name,"
                + " or set HF_TOKEN to a token that may read it");
  }

  @Test
  void aMissingModelWithNothingNearIsStillToldClearly() {
    hub.trouble(API, 9, e -> FakeHub.refuse(e, 404, "", "no"));
    assertThat(refusal()).startsWith("HUB has no model org/tiny, or it is private");
  }

  @Test
  void aMissingRevisionNamesThoseThatAreThere() {
    hub.trouble(API, 9, e -> FakeHub.refuse(e, 404, "RevisionNotFound", "no"));
    String refs = "{\"branches\": [{\"name\": \"main\"}], \"tags\": [{\"name\": \"v1\\u001b.0\"}]}";
    hub.trouble("GET hub/api/models/org/tiny/refs", 9, e -> FakeHub.send(e, 200, refs));
    assertThat(refusal())
        .isEqualTo("org/tiny has no revision main: it has main, v1 .0"); // no control character
  }

  @Test
  void aForbiddenModelRepeatsTheHubsReason() {
    hub.trouble(API, 9, e -> FakeHub.refuse(e, 403, "", "Access to this is disabled."));
    assertThat(refusal())
        .isEqualTo(
            "org/tiny: HUB answers HTTP 403 (Access to this is disabled.): check what the"
                + " token may read");
  }

  @Test
  void aRepositoryOfOtherFormatsNamesThem() {
    hub.files.remove("model.safetensors");
    hub.text("tiny-q4.gguf", "");
    hub.text("pytorch_model-00001-of-00002.bin", "a shard without its index");
    assertThat(refusal())
        .startsWith("org/tiny holds neither a model (model.safetensors, pytorch_model.bin, or")
        .contains("; but ", "pytorch_model-00001-of-00002.bin", "tiny-q4.gguf");
    assertThat(cache).isEmptyDirectory();
  }

  @Test
  void anIndexThatNamesWhatIsNotThereIsRefused() {
    hub.files.remove("model.safetensors");
    hub.text("model.safetensors.index.json", "{\"weight_map\": {\"a\": \"gone.safetensors\"}}");
    assertThat(refusal())
        .isEqualTo("org/tiny lacks files that its own index names: gone.safetensors");
  }

  @Test
  void anIndexMayNotNameFilesElsewhere() {
    hub.files.remove("model.safetensors");
    hub.text("model.safetensors.index.json", "{\"weight_map\": {\"a\": \"../x.safetensors\"}}");
    assertThat(refusal()).contains("is no index of safetensors files");
    hub.files.remove("model.safetensors.index.json");
    hub.text("pytorch_model.bin.index.json", "{\"weight_map\": {\"a\": \"x.safetensors\"}}");
    assertThat(refusal()).contains("is no index of bin files");
  }
}
