package dev.lorax.hub;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** The hub's HTTP interface for one repository: https://huggingface.co/docs/hub/api. */
final class HubApi {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Set<Integer> FOR_NOW = Set.of(408, 429, 500, 502, 503, 504);

  private final HubSettings settings;
  private final Repo repo;
  private final Requests requests;
  private final Retries retries;

  HubApi(HubSettings settings, Repo repo, Retries retries) {
    this.settings = settings;
    this.repo = repo;
    this.retries = retries;
    requests = new Requests(settings);
  }

  /**
   * What a revision is.
   *
   * @param commit its commit
   * @param files the paths of all its files
   */
  record Listing(String commit, List<String> files) {}

  /** Asks for a revision's commit and files. */
  Listing list() {
    String path = "/api/models/%s/revision/%s".formatted(repo.id(), encode(repo.revision()));
    JsonNode json = json(path);
    String commit = json.path("sha").asText();
    if (!Repo.isCommit(commit)) {
      throw new HubException(noHub());
    }
    List<String> files = new ArrayList<>();
    json.path("siblings").forEach(file -> files.add(file.path("rfilename").asText()));
    return new Listing(commit, files);
  }

  /** Asks what a file of a commit is. */
  RemoteFile describe(String commit, String file) {
    try (Reply reply =
        reach(() -> retries.until(file, () -> checked(requests.head(uri(commit, file)))))) {
      if (reply.header("X-Repo-Commit").filter(other -> !other.equals(commit)).isPresent()) {
        throw new HubException(
            "%s: the hub gives %s of another commit: try again".formatted(repo, file));
      }
      String etag = reply.header("X-Linked-Etag").or(() -> reply.header("ETag")).orElse("");
      long size =
          reply
              .count("X-Linked-Size")
              .orElseGet(
                  () ->
                      reply.isRedirect()
                          ? RemoteFile.UNKNOWN
                          : reply.count("Content-Length").orElse(RemoteFile.UNKNOWN));
      return new RemoteFile(commit, file, etag.replaceFirst("^W/", "").replace("\"", ""), size);
    }
  }

  /** Opens a file from an offset on: once, since its reader knows how to go on. */
  Reply open(RemoteFile file, long from) throws IOException {
    return checked(requests.get(uri(file.commit(), file.name()), from));
  }

  /** Runs what may fail, and says so in words if it does. */
  private <T> T reach(Retries.Attempt<T> attempt) {
    try {
      return attempt.make();
    } catch (IOException failure) {
      throw new HubException(
          ("%s cannot be reached (%s): check the network, or set HF_HUB_OFFLINE=1 to use what is in"
                  + " %s")
              .formatted(settings.endpoint(), Retries.reason(failure), settings.cache()),
          failure);
    }
  }

  private JsonNode json(String path) {
    URI uri = URI.create(settings.endpoint() + path);
    byte[] text =
        reach(
            () ->
                retries.until(
                    repo.id(),
                    () -> {
                      try (Reply reply = checked(requests.get(uri, 0))) {
                        return reply.body().all();
                      }
                    }));
    return parse(text);
  }

  private JsonNode parse(byte[] text) {
    try {
      return JSON.readTree(text);
    } catch (JsonProcessingException other) {
      throw new HubException(noHub(), other);
    } catch (IOException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  /** The answer, unless it is a refusal: for now, or for good. */
  private Reply checked(Reply reply) throws IOException {
    if (reply.isOk() || reply.isRedirect() || reply.status() == 416) {
      return reply;
    }
    try (reply) {
      // A signed address is valid for a while, and says 403 after that.
      boolean expired = !requests.isHub(reply.uri()) && reply.status() != 401;
      if (expired || FOR_NOW.contains(reply.status())) {
        throw new Retries.Later(
            "%s answers HTTP %d".formatted(reply.uri().getHost(), reply.status()),
            reply.count("Retry-After").stream().mapToObj(Duration::ofSeconds).findFirst());
      }
      throw new Refusal(settings, this, repo).of(reply);
    }
  }

  /** Names in a list that the hub keeps: best effort, since they only serve a hint. */
  List<String> names(String path, String list, String field) {
    try (Reply reply = requests.get(URI.create(settings.endpoint() + path), 0)) {
      if (!reply.isOk()) {
        return List.of();
      }
      JsonNode json = parse(reply.body().all());
      List<String> names = new ArrayList<>();
      (list.isEmpty() ? json : json.path(list))
          .forEach(item -> names.add(item.path(field).asText()));
      return names;
    } catch (IOException | HubException unknown) {
      return List.of();
    }
  }

  private URI uri(String commit, String file) {
    String path =
        Arrays.stream(file.split("/")).map(HubApi::encode).collect(Collectors.joining("/"));
    return URI.create(
        "%s/%s/resolve/%s/%s".formatted(settings.endpoint(), repo.id(), commit, path));
  }

  static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }

  private String noHub() {
    return "%s does not answer as a hub does: check HF_ENDPOINT, and proxies that log in by a page"
        .formatted(settings.endpoint());
  }
}
