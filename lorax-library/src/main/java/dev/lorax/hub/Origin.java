package dev.lorax.hub;

import java.net.URI;
import java.util.Locale;

/**
 * Where an address belongs to (RFC 6454); what is secret between us and one is so from all others.
 *
 * @param scheme in lower case
 * @param host likewise
 * @param port the scheme's own where the address names none
 */
record Origin(String scheme, String host, int port) {
  static Origin of(URI uri) {
    String scheme = uri.getScheme().toLowerCase(Locale.ROOT);
    int usual = scheme.equals("https") ? 443 : 80;
    return new Origin(
        scheme, uri.getHost().toLowerCase(Locale.ROOT), uri.getPort() < 0 ? usual : uri.getPort());
  }
}
