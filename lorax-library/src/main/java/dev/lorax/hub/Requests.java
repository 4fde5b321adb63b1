package dev.lorax.hub;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Flow;

/** One request and its redirects; the token goes to the endpoint alone. */
final class Requests {
  private static final int MOST_REDIRECTS = 10;
  private static final Set<Integer> REDIRECTS = Set.of(301, 302, 303, 307, 308);

  private static final Origin HUGGING_FACE = Origin.of(HubSettings.HUGGING_FACE);

  private final HubSettings settings;
  private final HttpClient client;

  Requests(HubSettings settings) {
    this.settings = settings;
    client =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1) // a large file comes no faster with 2
            .followRedirects(HttpClient.Redirect.NEVER) // Java would send the token along
            .connectTimeout(settings.timeout())
            .build();
  }

  /**
   * What is known about a file. A redirect that leaves the hub is the answer: it carries the
   * metadata, while the place it points to knows only its own.
   */
  Reply head(URI uri) throws IOException {
    URI place = uri;
    for (int i = 0; i <= MOST_REDIRECTS; i++) {
      Reply reply = send("HEAD", place, 0);
      Optional<URI> target = redirect(reply).filter(this::isHub);
      if (target.isEmpty()) {
        return reply;
      }
      place = target.get();
    }
    throw tooManyRedirects(uri);
  }

  /** The bytes of a place from an offset on; a server may ignore the offset, and answer 200. */
  Reply get(URI uri, long from) throws IOException {
    URI place = uri;
    for (int i = 0; i <= MOST_REDIRECTS; i++) {
      Reply reply = send("GET", place, from);
      Optional<URI> target = redirect(reply);
      if (target.isEmpty()) {
        return reply;
      }
      reply.close();
      place = target.get();
    }
    throw tooManyRedirects(uri);
  }

  /** Whether a place is a hub: the endpoint, or Hugging Face's own, to which mirrors redirect. */
  boolean isHub(URI uri) {
    return settings.isEndpoint(uri) || Origin.of(uri).equals(HUGGING_FACE);
  }

  HttpRequest request(String method, URI uri, long from) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(uri)
            .method(method, HttpRequest.BodyPublishers.noBody())
            .timeout(settings.timeout())
            .header("User-Agent", "lorax")
            .header("Accept-Encoding", "identity"); // sizes are those of the files themselves
    if (from > 0) {
      request.header("Range", "bytes=%d-".formatted(from));
    }
    if (settings.isEndpoint(uri)) {
      settings.token().ifPresent(token -> request.header("Authorization", "Bearer " + token));
    }
    return request.build();
  }

  private Reply send(String method, URI uri, long from) throws IOException {
    try {
      HttpResponse<Flow.Publisher<List<ByteBuffer>>> response =
          client.send(request(method, uri, from), BodyHandlers.ofPublisher());
      ArrivingBytes body = new ArrivingBytes(response.body(), settings.timeout());
      return new Reply(uri, response.statusCode(), response.headers(), body);
    } catch (InterruptedException stop) {
      throw HubException.interrupted(stop);
    }
  }

  private static Optional<URI> redirect(Reply reply) throws IOException {
    if (!REDIRECTS.contains(reply.status())) {
      return Optional.empty();
    }
    String location = reply.header("Location").orElse("");
    try {
      URI target = reply.uri().resolve(location);
      if (target.getHost() != null && target.getScheme().matches("https?")) {
        return Optional.of(target);
      }
    } catch (IllegalArgumentException notOne) {
      // told below
    }
    reply.close();
    throw new IOException(
        "%s redirects to '%s', which is no address".formatted(reply.uri().getHost(), location));
  }

  private static IOException tooManyRedirects(URI uri) {
    return new IOException("%s redirects in circles".formatted(uri.getHost()));
  }
}
