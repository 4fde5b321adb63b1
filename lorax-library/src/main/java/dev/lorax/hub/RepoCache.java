package dev.lorax.hub;

import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileLockInterruptionException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;

/**
 * A repository's part of the cache, as huggingface_hub lays it out.
 *
 * <pre>
 * models--ORG--NAME/refs/main                        the commit that main was when last asked
 *                  /blobs/ETAG                       a content
 *                  /snapshots/COMMIT/config.json     a link to ../../blobs/ETAG
 * .locks/models--ORG--NAME/ETAG.lock
 * </pre>
 */
final class RepoCache {
  private final Path cache;
  private final String name;
  private final boolean symlinks;

  RepoCache(HubSettings settings, Repo repo) {
    cache = settings.cache();
    name = "models--" + repo.id().replace("/", "--");
    symlinks = settings.symlinks();
  }

  Path folder() {
    return cache.resolve(name);
  }

  Path snapshot(String commit) {
    return folder().resolve("snapshots").resolve(commit);
  }

  Path blob(String etag) {
    return folder().resolve("blobs").resolve(etag);
  }

  /**
   * What is here of a blob that is not whole. The name is our own: Java's locks and Python's do not
   * see each other on Linux, so no file may be written by both.
   */
  Path partial(String etag) {
    return blob(etag + ".lorax.incomplete");
  }

  Path lock(String etag) {
    return cache.resolve(".locks").resolve(name).resolve(etag + ".lock");
  }

  /** The commit that a revision was when it was last asked for. */
  Optional<String> commit(Repo repo) {
    if (repo.isCommit()) {
      return Optional.of(repo.revision());
    }
    try {
      Path ref = ref(repo.revision());
      return Files.isRegularFile(ref)
          ? Optional.of(Files.readString(ref).strip()).filter(Repo::isCommit)
          : Optional.empty();
    } catch (IOException unreadable) {
      throw unreadable(unreadable);
    }
  }

  /** Writes down which commit a revision is. */
  void remember(Repo repo, String commit) {
    if (repo.revision().equals(commit) || commit(repo).filter(commit::equals).isPresent()) {
      return;
    }
    Path ref = ref(repo.revision());
    String random = Long.toHexString(ThreadLocalRandom.current().nextLong(1L << 32));
    Path temporary = ref.resolveSibling("%s.%s.tmp".formatted(ref.getFileName(), random));
    writing(
        () -> {
          makeFolder(ref.getParent());
          Files.writeString(temporary, commit);
          Files.move(temporary, ref, StandardCopyOption.ATOMIC_MOVE);
        });
  }

  private Path ref(String revision) {
    return folder().resolve("refs").resolve(revision);
  }

  /** The revisions that were asked for, for a message. */
  List<String> revisions() {
    Path refs = folder().resolve("refs");
    if (!Files.isDirectory(refs)) {
      return List.of();
    }
    try (Stream<Path> files = Files.walk(refs)) {
      return files.filter(Files::isRegularFile).map(f -> refs.relativize(f).toString()).toList();
    } catch (IOException unreadable) {
      throw unreadable(unreadable);
    }
  }

  /**
   * Lets a file of a snapshot be a blob: as a link; where the disk knows none, as a second name of
   * it; or as a copy. Its caller holds the blob's lock.
   */
  void point(RemoteFile file) throws IOException {
    Path pointer = snapshot(file.commit()).resolve(file.name());
    Path blob = blob(file.etag());
    if (Files.exists(pointer)) {
      return;
    }
    makeFolder(pointer.getParent());
    Files.deleteIfExists(pointer); // a link whose target is gone
    Path target = pointer.getParent().relativize(blob);
    boolean done =
        symlinks && made(() -> Files.createSymbolicLink(pointer, target))
            || made(() -> Files.createLink(pointer, blob));
    if (!done) {
      Path copy = partial(file.etag());
      Files.copy(blob, copy, StandardCopyOption.REPLACE_EXISTING);
      Files.move(copy, pointer, StandardCopyOption.ATOMIC_MOVE);
    }
  }

  private static boolean made(Writing link) {
    try {
      link.run();
      return true;
    } catch (FileAlreadyExistsException madeByAnother) {
      return true;
    } catch (IOException | UnsupportedOperationException impossible) {
      return false;
    }
  }

  static void makeFolder(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) { // createDirectories stumbles over links before Java 20
      Files.createDirectories(folder);
    }
  }

  /** Something that writes to the cache. */
  @FunctionalInterface
  interface Writing {
    void run() throws IOException;
  }

  /** Writes, or says what to do about it. */
  void writing(Writing action) {
    try {
      action.run();
    } catch (ClosedByInterruptException | FileLockInterruptionException stop) {
      throw HubException.interrupted(stop);
    } catch (IOException failure) {
      throw new HubException(
          ("%s cannot be written (%s): make room, check its permissions, or set HF_HUB_CACHE to"
                  + " another folder")
              .formatted(cache, failure),
          failure);
    }
  }

  private HubException unreadable(IOException failure) {
    return new HubException(
        "%s cannot be read (%s): check its permissions".formatted(folder(), failure), failure);
  }
}
