package dev.lorax.hub;

/** Watches a download. */
public interface DownloadListener {
  /** Does not care. */
  DownloadListener SILENT = (file, bytes, of) -> {};

  /**
   * More of a file is here. Files come one after the other.
   *
   * @param bytes that are here, with those of an earlier attempt
   * @param of the file's size in bytes, or -1 if the hub does not tell it
   */
  void downloaded(String file, long bytes, long of);

  /** Something that a person should know, in one line: what is waited for, or done instead. */
  default void note(String line) {}
}
