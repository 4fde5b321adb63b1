package dev.lorax.hub;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Who is shown the token. */
class RequestsTest {
  @ParameterizedTest
  @CsvSource({
    "https://hub.example, https://hub.example/org/tiny, true",
    "https://hub.example, https://hub.example:443/org/tiny, true",
    "https://hub.example:443/hf, https://Hub.Example/org/tiny, true",
    "http://hub.example:80, http://hub.example/org/tiny, true",
    "https://huggingface.co, https://huggingface.co:443/org/tiny, true",
    "https://hub.example, https://huggingface.co/org/tiny, false",
    "https://hub.example, https://hub.example:8443/org/tiny, false",
    "https://hub.example, http://hub.example/org/tiny, false",
    "https://hub.example, http://hub.example:443/org/tiny, false",
    "http://hub.example, https://hub.example/org/tiny, false",
    "https://hub.example, https://cdn.hub.example/org/tiny, false",
    "https://hub.example, https://hub.example.evil/org/tiny, false",
    "https://hub.example, https://hub.example@evil/org/tiny, false",
    "https://huggingface.co, https://cdn-lfs.huggingface.co/org/tiny, false",
    "https://huggingface.co, http://huggingface.co/org/tiny, false"
  })
  void theTokenGoesToTheOriginThatItWasConfiguredFor(URI endpoint, URI uri, boolean shown) {
    HubSettings settings =
        new HubSettings(
            endpoint, Path.of("cache"), Optional.of("hf_x"), false, true, Duration.ofSeconds(1));
    for (String method : new String[] {"HEAD", "GET"}) {
      assertThat(
              new Requests(settings).request(method, uri, 0).headers().allValues("Authorization"))
          .hasSize(shown ? 1 : 0)
          .allMatch("Bearer hf_x"::equals);
    }
  }
}
