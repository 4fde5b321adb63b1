package dev.lorax.hub;

/**
 * A file of a commit as the hub announces it.
 *
 * @param commit whose file it is
 * @param name its path in the repository
 * @param etag names its content: the sha256 of a large file, git's sha1 of a small one
 * @param size in bytes, or {@link #UNKNOWN}
 */
record RemoteFile(String commit, String name, String etag, long size) {
  static final long UNKNOWN = -1;

  /** Checks the etag, which becomes the name of a file. */
  RemoteFile {
    if (!etag.matches("[\\w-][\\w.-]{0,199}")) {
      throw new HubException(
          "%s: the hub gives no usable ETag ('%s'): check HF_ENDPOINT".formatted(name, etag));
    }
  }
}
