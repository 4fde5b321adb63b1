package dev.lorax.hub;

import java.net.URI;
import java.net.http.HttpHeaders;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What a server answered, after redirects.
 *
 * @param uri whom it came from
 * @param status HTTP's
 * @param headers of the answer
 * @param body close it
 */
record Reply(URI uri, int status, HttpHeaders headers, ArrivingBytes body)
    implements AutoCloseable {
  boolean isOk() {
    return status / 100 == 2;
  }

  boolean isRedirect() {
    return status / 100 == 3;
  }

  Optional<String> header(String name) {
    return headers.firstValue(name);
  }

  /** A count; nothing where the header is no number. */
  OptionalLong count(String name) {
    return header(name).filter(value -> value.matches("\\d{1,18}")).stream()
        .mapToLong(Long::parseLong)
        .findFirst();
  }

  @Override
  public void close() {
    body.close();
  }
}
