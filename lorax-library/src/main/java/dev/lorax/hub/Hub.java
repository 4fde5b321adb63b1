package dev.lorax.hub;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The Hugging Face hub and its cache on this machine.
 *
 * <p>Several threads and processes may download at once.
 */
public final class Hub {
  private final HubSettings settings;
  private final Retries.Pause pause;

  /** A hub with those settings; nothing is asked or written yet. */
  public Hub(HubSettings settings) {
    this(settings, time -> Thread.sleep(time.toMillis()));
  }

  Hub(HubSettings settings, Retries.Pause pause) {
    this.settings = settings;
    this.pause = pause;
  }

  /**
   * The folder of a model or an adapter, downloaded unless the cache has it.
   *
   * <p>Only what Lorax reads is downloaded: configuration, tokenizer, chat templates, and weights
   * in safetensors or, where there are none, in PyTorch's pickles. Without a network, or if the hub
   * refuses, a copy that is in the cache already is used, and the listener is told.
   *
   * @return its snapshot in the cache, to be read and never changed
   * @throws HubException if it cannot be had
   */
  public Path download(Repo repo, DownloadListener listener) {
    RepoCache cache = new RepoCache(settings, repo);
    if (settings.offline()) {
      return cached(cache, repo);
    }
    Retries retries = new Retries(pause, listener);
    HubApi api = new HubApi(settings, repo, retries);
    HubApi.Listing listing;
    try {
      listing = api.list();
    } catch (HubException refused) {
      return fallback(cache, repo, refused, listener);
    }
    BlobDownload download = new BlobDownload(api, cache, retries, listener);
    Path snapshot = cache.snapshot(listing.commit());
    List<String> files = listing.files();
    complete(download, listing.commit(), FileSelection.descriptions(repo, files));
    complete(download, listing.commit(), FileSelection.weights(repo, files, snapshot));
    try {
      cache.remember(repo, listing.commit());
    } catch (HubException readOnly) {
      listener.note(readOnly.getMessage()); // the files are there all the same
    }
    return snapshot;
  }

  private void complete(BlobDownload download, String commit, List<String> files) {
    Path snapshot = download.cache().snapshot(commit);
    List<RemoteFile> missing =
        files.stream()
            .filter(file -> !Files.exists(snapshot.resolve(file)))
            .map(file -> download.api().describe(commit, file))
            .toList();
    checkSpace(download.cache(), missing);
    missing.forEach(download::run);
  }

  private Path cached(RepoCache cache, Repo repo) {
    Optional<Path> snapshot = cache.commit(repo).map(cache::snapshot).filter(Files::isDirectory);
    if (snapshot.isEmpty()) {
      List<String> others = cache.revisions();
      throw new HubException(
          "HF_HUB_OFFLINE is set, and %s holds no %s at revision %s%s: unset it to download that"
              .formatted(
                  settings.cache(),
                  repo.id(),
                  repo.revision(),
                  others.isEmpty() ? "" : " (but %s)".formatted(FileSelection.listing(others))));
    }
    List<String> missing = FileSelection.missing(snapshot.get());
    if (!missing.isEmpty()) {
      throw new HubException(
          "HF_HUB_OFFLINE is set, and %s lacks %s: unset it to download the rest of %s"
              .formatted(snapshot.get(), FileSelection.listing(missing), repo));
    }
    return snapshot.get();
  }

  private Path fallback(
      RepoCache cache, Repo repo, HubException refused, DownloadListener listener) {
    Optional<Path> snapshot =
        cache
            .commit(repo)
            .map(cache::snapshot)
            .filter(folder -> Files.isDirectory(folder) && FileSelection.missing(folder).isEmpty());
    if (snapshot.isEmpty() || Thread.currentThread().isInterrupted()) {
      throw refused;
    }
    listener.note("%s; using the copy in the cache".formatted(refused.getMessage()));
    return snapshot.get();
  }

  /** Tells before a long download that it cannot end well. */
  private void checkSpace(RepoCache cache, List<RemoteFile> files) {
    long needed =
        files.stream()
            .filter(file -> !Files.exists(cache.blob(file.etag())))
            .mapToLong(file -> Math.max(0, file.size() - size(cache.partial(file.etag()))))
            .sum();
    long free = free(settings.cache().toAbsolutePath());
    if (needed > free) {
      throw new HubException(
          ("%s has %d MB free, but %d MB are needed: make room, or set HF_HUB_CACHE to a folder on"
                  + " another disk")
              .formatted(settings.cache(), free / 1_000_000, needed / 1_000_000));
    }
  }

  private static long size(Path file) {
    try {
      return Files.exists(file) ? Files.size(file) : 0;
    } catch (IOException unknown) {
      return 0;
    }
  }

  private static long free(Path folder) {
    Path place = folder;
    while (!Files.exists(place)) {
      place = place.getParent();
    }
    try {
      return Files.getFileStore(place).getUsableSpace();
    } catch (IOException unknown) {
      return Long.MAX_VALUE;
    }
  }
}
