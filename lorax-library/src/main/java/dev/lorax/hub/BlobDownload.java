package dev.lorax.hub;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;

/**
 * Brings one file after another into the cache, where it appears when it is whole and checked.
 *
 * @param api where it comes from
 * @param cache where it goes
 * @param retries how dropped connections are borne
 * @param listener told what comes
 */
record BlobDownload(HubApi api, RepoCache cache, Retries retries, DownloadListener listener) {
  /**
   * Downloads a file, or waits until another download has it.
   *
   * @throws HubException if it cannot be had; what came stays for the next attempt
   */
  void run(RemoteFile file) {
    cache.writing(
        () -> {
          Path blob = cache.blob(file.etag());
          RepoCache.makeFolder(blob.getParent());
          String waiting = "%s: another download has it, waiting".formatted(file.name());
          try (CacheLock lock =
              CacheLock.take(cache.lock(file.etag()), () -> listener.note(waiting))) {
            if (!Files.exists(blob)) {
              fetch(file, blob);
            }
            cache.point(file);
          }
        });
  }

  private void fetch(RemoteFile file, Path blob) throws IOException {
    Path partial = cache.partial(file.etag());
    boolean goesOn = Files.exists(partial);
    fill(file, partial);
    Optional<String> fault = Content.fault(file, partial);
    if (fault.isEmpty()) {
      Files.move(partial, blob, StandardCopyOption.ATOMIC_MOVE);
      return;
    }
    Files.delete(partial);
    if (!goesOn) {
      throw new HubException(
          ("%s came damaged (%s) and was removed: try again; if it stays so, something on the way"
                  + " changes it")
              .formatted(file.name(), fault.get()));
    }
    fetch(file, blob); // what was left from before may be what is wrong: once more, from its start
  }

  private void fill(RemoteFile file, Path partial) throws IOException {
    try (FileChannel channel =
        FileChannel.open(partial, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      Filling filling = new Filling(file, channel);
      try {
        retries.until(file.name(), () -> filling.isWhole() || transfer(filling));
      } catch (IOException failure) {
        throw new HubException(
            "%s could not be downloaded (%s): check the network and try again; what came is kept"
                .formatted(file.name(), Retries.reason(failure)),
            failure);
      }
      channel.force(true);
    }
  }

  /** One connection: true if the file is here now. */
  private boolean transfer(Filling filling) throws IOException {
    RemoteFile file = filling.file;
    try (Reply reply = api.open(file, filling.size())) {
      if (reply.status() != 206 || !goesOn(reply, filling.size())) {
        cache.writing(filling::restart); // a server may send all of it whatever is asked
        if (reply.status() != 200) {
          throw new IOException("the server cannot go on in the middle of a file");
        }
      }
      for (List<ByteBuffer> piece = reply.body().next();
          !piece.isEmpty();
          piece = reply.body().next()) {
        List<ByteBuffer> arrived = piece;
        cache.writing(() -> filling.add(arrived));
        if (filling.isFurther()) {
          retries.progressed();
        }
        listener.downloaded(file.name(), filling.size(), file.size());
        if (filling.isTooLong()) {
          break; // the check will tell
        }
      }
    }
    if (file.size() > filling.size()) {
      throw new EOFException(
          "the connection ended after %d of %d bytes".formatted(filling.size(), file.size()));
    }
    return true;
  }

  private static boolean goesOn(Reply reply, long from) {
    return reply.header("Content-Range").orElse("").startsWith("bytes %d-".formatted(from));
  }
}
