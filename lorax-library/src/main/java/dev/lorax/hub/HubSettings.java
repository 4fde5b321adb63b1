package dev.lorax.hub;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Where the hub and the cache are, and how they are used.
 *
 * @param endpoint the hub's address, with no slash at its end
 * @param cache the folder of {@code models--ORG--NAME}
 * @param token for private and gated models; it is sent to the endpoint alone
 * @param offline whether only the cache is used
 * @param symlinks whether the cache may hold links; if not, or if the disk knows none, copies
 * @param timeout how long to wait for an answer, and for more of one
 */
public record HubSettings(
    URI endpoint,
    Path cache,
    Optional<String> token,
    boolean offline,
    boolean symlinks,
    Duration timeout) {
  /** Where models are unless {@code HF_ENDPOINT} says otherwise. */
  public static final URI HUGGING_FACE = URI.create("https://huggingface.co");

  private static final Set<String> TRUE = Set.of("1", "ON", "YES", "TRUE");

  /**
   * What environment variables say, read as Python's huggingface_hub reads them: {@code
   * HF_ENDPOINT}, {@code HF_HUB_CACHE}, {@code HF_HOME}, {@code XDG_CACHE_HOME}, {@code HF_TOKEN},
   * {@code HF_TOKEN_PATH}, {@code HF_HUB_OFFLINE}, {@code HF_HUB_DISABLE_SYMLINKS}, {@code
   * HF_HUB_DOWNLOAD_TIMEOUT} in seconds, and the older names of some.
   *
   * @param environment usually {@link System#getenv()}
   * @throws IllegalArgumentException if one cannot be what it says
   */
  public static HubSettings of(Map<String, String> environment) {
    Variables variables = new Variables(environment);
    Path home =
        variables
            .path("HF_HOME")
            .orElseGet(
                () ->
                    variables
                        .path("XDG_CACHE_HOME")
                        .orElseGet(() -> variables.home().resolve(".cache"))
                        .resolve("huggingface"));
    return new HubSettings(
        variables.text("HF_ENDPOINT").map(HubSettings::address).orElse(HUGGING_FACE),
        variables
            .path("HF_HUB_CACHE")
            .or(() -> variables.path("HUGGINGFACE_HUB_CACHE"))
            .orElseGet(() -> home.resolve("hub")),
        token(variables, home),
        isTrue(variables, "HF_HUB_OFFLINE") || isTrue(variables, "TRANSFORMERS_OFFLINE"),
        !isTrue(variables, "HF_HUB_DISABLE_SYMLINKS"),
        Duration.ofSeconds(
            variables.text("HF_HUB_DOWNLOAD_TIMEOUT").map(HubSettings::seconds).orElse(10L)));
  }

  private static boolean isTrue(Variables variables, String name) {
    return variables.text(name).map(value -> value.toUpperCase(Locale.ROOT)).stream()
        .anyMatch(TRUE::contains);
  }

  private static URI address(String text) {
    try {
      URI uri = URI.create(text.replaceFirst("/+$", ""));
      if (uri.getHost() != null && Set.of("http", "https").contains(uri.getScheme())) {
        return uri;
      }
    } catch (IllegalArgumentException notOne) {
      // told below
    }
    throw new IllegalArgumentException(
        "HF_ENDPOINT is '%s', which is no address: give one such as %s"
            .formatted(text, HUGGING_FACE));
  }

  private static long seconds(String text) {
    if (!text.matches("[1-9]\\d{0,8}")) {
      throw new IllegalArgumentException(
          "HF_HUB_DOWNLOAD_TIMEOUT is '%s': give whole seconds".formatted(text));
    }
    return Long.parseLong(text);
  }

  private static Optional<String> token(Variables variables, Path home) {
    Optional<String> given =
        variables.text("HF_TOKEN").or(() -> variables.text("HUGGING_FACE_HUB_TOKEN"));
    Path file = variables.path("HF_TOKEN_PATH").orElseGet(() -> home.resolve("token"));
    Optional<String> token =
        given
            .or(() -> read(file))
            .map(text -> text.replaceAll("[\r\n]", "").strip())
            .filter(text -> !text.isEmpty());
    if (token.isPresent() && !token.get().matches("[!-~]+")) {
      throw new IllegalArgumentException(
          "%s holds what cannot be a token: copy it again from %s/settings/tokens"
              .formatted(given.isPresent() ? "HF_TOKEN" : file.toString(), HUGGING_FACE));
    }
    return token;
  }

  private static Optional<String> read(Path file) {
    try {
      return Files.isRegularFile(file) ? Optional.of(Files.readString(file)) : Optional.empty();
    } catch (IOException unreadable) {
      return Optional.empty(); // public models need none
    }
  }

  /** Whether an address is the endpoint's, and may see the token. */
  boolean isEndpoint(URI uri) {
    return Origin.of(uri).equals(Origin.of(endpoint));
  }

  /** Without the token, which is a secret. */
  @Override
  public String toString() {
    return "%s, cache %s%s%s"
        .formatted(
            endpoint, cache, token.isPresent() ? ", with a token" : "", offline ? ", offline" : "");
  }
}
