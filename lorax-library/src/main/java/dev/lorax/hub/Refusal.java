package dev.lorax.hub;

import dev.lorax.spelling.EditDistance;
import java.net.URI;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Says why the hub refuses a model, and what to do.
 *
 * @param settings whether there is a token
 * @param api asked for names that are nearly right
 * @param repo what was asked for
 */
record Refusal(HubSettings settings, HubApi api, Repo repo) {
  private static final int MOST_NAMED = 8;

  HubException of(Reply reply) {
    String code = reply.header("X-Error-Code").orElse("");
    String message = reply.header("X-Error-Message").orElse("");
    if (reply.status() == 401
        && settings.token().isPresent()
        && !settings.isEndpoint(reply.uri())) {
      return elsewhere(reply.uri());
    }
    if (code.equals("RevisionNotFound")) {
      return revision();
    }
    if (code.equals("GatedRepo")) {
      return gated();
    }
    if (reply.status() == 401 && message.startsWith("Invalid")) {
      return new HubException(
          "%s refuses the token: make a new one at %1$s/settings/tokens, and set HF_TOKEN to it"
              .formatted(settings.endpoint()));
    }
    boolean nothing = reply.status() == 404 && code.isEmpty(); // as mirrors say it
    if (code.equals("RepoNotFound") || reply.status() == 401 || nothing) {
      return unknown();
    }
    String reason = message.isEmpty() ? "" : " (%s)".formatted(message);
    return new HubException(
        "%s: %s answers HTTP %d%s%s"
            .formatted(
                repo,
                settings.endpoint(),
                reply.status(),
                reason,
                reply.status() == 403 ? ": check what the token may read" : ""));
  }

  private HubException elsewhere(URI uri) {
    return new HubException(
        ("%s: %s redirects to %s, which asks for a token, and HF_TOKEN goes to HF_ENDPOINT alone:"
                + " set HF_ENDPOINT to %3$s if the token is for that")
            .formatted(
                repo, settings.endpoint(), uri.resolve("/").toString().replaceFirst("/$", "")));
  }

  private HubException gated() {
    String accept = "accept its conditions at %s/%s".formatted(settings.endpoint(), repo.id());
    return new HubException(
        settings.token().isEmpty()
            ? "%s is gated: %s, make a token at %s/settings/tokens, and set HF_TOKEN to it"
                .formatted(repo.id(), accept, settings.endpoint())
            : ("%s is gated, and the token's account has no access yet: %s, and see that the token"
                    + " may read gated models")
                .formatted(repo.id(), accept));
  }

  private HubException unknown() {
    String name = repo.id().replaceFirst(".*/", "");
    String owner = repo.id().replaceFirst("/.*", "");
    List<String> known = new ArrayList<>(api.names(search("search", name), "", "id"));
    known.addAll(api.names(search("author", owner), "", "id"));
    String hint = nearest(known).map(" (did you mean %s?)"::formatted).orElse("");
    return new HubException(
        ("%s has no model %s%s, or it is private: check the name, or set HF_TOKEN to a token that"
                + " may read it")
            .formatted(settings.endpoint(), repo.id(), hint));
  }

  /** The name that differs least from what was asked for, if that is little. */
  private Optional<String> nearest(List<String> known) {
    int limit = Math.max(2, repo.id().length() / 4);
    return known.stream()
        .filter(other -> distance(other) <= limit)
        .min(Comparator.comparingInt(this::distance));
  }

  /** Upper and lower case are the same. */
  private int distance(String other) {
    return EditDistance.between(repo.id().toLowerCase(Locale.ROOT), other.toLowerCase(Locale.ROOT));
  }

  private static String search(String by, String text) {
    return "/api/models?%s=%s&limit=100".formatted(by, HubApi.encode(text));
  }

  private HubException revision() {
    String path = "/api/models/%s/refs".formatted(repo.id());
    List<String> known = new ArrayList<>(api.names(path, "branches", "name"));
    known.addAll(api.names(path, "tags", "name"));
    String others =
        known.isEmpty()
            ? "check the branch, tag or commit"
            : "it has "
                + String.join(", ", known.subList(0, Math.min(MOST_NAMED, known.size())))
                + (known.size() > MOST_NAMED ? " …" : "");
    return new HubException(
        "%s has no revision %s: %s".formatted(repo.id(), repo.revision(), others));
  }
}
