package dev.lorax.hub;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;

/**
 * The hub as it behaves, on this machine: small files by itself, large ones ({@code *.safetensors})
 * by a redirect to a second server; and whatever may go wrong.
 */
final class FakeHub implements AutoCloseable {
  static final String ID = "org/tiny";
  static final String COMMIT = "0123456789abcdef0123456789abcdef01234567";

  /** What the hub has, by path. */
  final Map<String, byte[]> files = new LinkedHashMap<>();

  /** What was asked: method, host's role and path, range and token, as far as given. */
  final List<String> requests = new CopyOnWriteArrayList<>();

  /** Every pause that a download made between attempts. */
  final List<Duration> pauses = new CopyOnWriteArrayList<>();

  /** What the listener was told. */
  final List<String> notes = new CopyOnWriteArrayList<>();

  private final List<Trouble> troubles = new CopyOnWriteArrayList<>();
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final HttpServer hub = server("hub");
  private final HttpServer cdn = server("cdn");

  /** Answers a request in its own way. */
  @FunctionalInterface
  interface Answer {
    void give(HttpExchange exchange) throws IOException;
  }

  private static final class Trouble {
    final String request;
    final Answer answer;
    int left;

    Trouble(String request, int left, Answer answer) {
      this.request = request;
      this.left = left;
      this.answer = answer;
    }
  }

  private HttpServer server(String role) {
    System.setProperty("sun.net.httpserver.nodelay", "true"); // or each answer takes 40 ms
    try {
      HttpServer server =
          HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
      server.createContext("/", exchange -> serve(role, exchange));
      server.setExecutor(threads);
      server.start();
      return server;
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  private static String address(HttpServer server) {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  /** A model of some bytes. */
  FakeHub withModel() {
    text("config.json", "{\"model_type\": \"gpt2\"}");
    text("tokenizer.json", "{}");
    text("README.md", "not needed");
    text("original/params.json", "not needed");
    files.put("model.safetensors", bytes(100_000));
    return this;
  }

  void text(String name, String text) {
    files.put(name, text.getBytes(StandardCharsets.UTF_8));
  }

  static byte[] bytes(int count) {
    byte[] bytes = new byte[count];
    for (int i = 0; i < count; i++) {
      bytes[i] = (byte) (i * 31 + i / 251);
    }
    return bytes;
  }

  /** Requests such as {@code GET cdn/model} get another answer, some times. */
  void trouble(String request, int times, Answer answer) {
    troubles.add(new Trouble(request, times, answer));
  }

  HubSettings settings(Path cache) {
    return new HubSettings(
        URI.create(address(hub)), cache, Optional.empty(), false, true, Duration.ofSeconds(5));
  }

  Path download(Path cache) {
    return download(settings(cache), Repo.parse(ID));
  }

  Path download(HubSettings settings, Repo repo) {
    return new Hub(settings, pauses::add)
        .download(
            repo,
            new DownloadListener() {
              @Override
              public void downloaded(String file, long bytes, long of) {}

              @Override
              public void note(String line) {
                notes.add(line);
              }
            });
  }

  List<String> requests(String start) {
    return requests.stream().filter(request -> request.startsWith(start)).toList();
  }

  private void serve(String role, HttpExchange exchange) throws IOException {
    String request = exchange.getRequestMethod() + " " + role + exchange.getRequestURI();
    String range = header(exchange, "Range").map(value -> " " + value).orElse("");
    String token = header(exchange, "Authorization").map(value -> " " + value).orElse("");
    requests.add(request + range + token);
    try (exchange) {
      Answer answer = troubled(request);
      if (answer != null) {
        answer.give(exchange);
      } else if (role.equals("cdn")) {
        body(exchange, files.get(exchange.getRequestURI().getPath().substring(1)));
      } else {
        hub(exchange);
      }
    }
  }

  private synchronized Answer troubled(String request) {
    for (Trouble trouble : troubles) {
      if (request.startsWith(trouble.request) && trouble.left > 0) {
        trouble.left--;
        return trouble.answer;
      }
    }
    return null;
  }

  /** As the hub answers if nothing is wrong. */
  void hub(HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().getPath();
    if (path.startsWith("/api/models/" + ID + "/revision/")) {
      String listed =
          files.keySet().stream()
              .map("{\"rfilename\": \"%s\"}"::formatted)
              .collect(Collectors.joining(","));
      send(exchange, 200, "{\"sha\": \"%s\", \"siblings\": [%s]}".formatted(COMMIT, listed));
      return;
    }
    String resolve = "/%s/resolve/%s/".formatted(ID, COMMIT);
    byte[] content = path.startsWith(resolve) ? files.get(path.substring(resolve.length())) : null;
    if (content == null) {
      refuse(exchange, 404, "EntryNotFound", "no such file");
      return;
    }
    exchange.getResponseHeaders().set("X-Repo-Commit", COMMIT);
    if (path.endsWith(".safetensors")) {
      exchange.getResponseHeaders().set("X-Linked-Etag", '"' + sha256(content) + '"');
      exchange.getResponseHeaders().set("X-Linked-Size", Integer.toString(content.length));
      exchange.getResponseHeaders().set("ETag", "\"of the redirect\"");
      redirect(exchange, address(cdn) + "/" + path.substring(resolve.length()) + "?signed=yes");
    } else {
      exchange.getResponseHeaders().set("ETag", '"' + gitSha1(content) + '"');
      body(exchange, content);
    }
  }

  static void redirect(HttpExchange exchange, String location) throws IOException {
    exchange.getResponseHeaders().set("Location", location);
    exchange.sendResponseHeaders(307, -1);
  }

  static void refuse(HttpExchange exchange, int status, String code, String message)
      throws IOException {
    exchange.getResponseHeaders().set("X-Error-Code", code);
    exchange.getResponseHeaders().set("X-Error-Message", message);
    exchange.sendResponseHeaders(status, -1);
  }

  static void send(HttpExchange exchange, int status, String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(status, bytes.length);
    exchange.getResponseBody().write(bytes);
  }

  /** All of a content, or the part that is asked for. */
  static void body(HttpExchange exchange, byte[] content) throws IOException {
    int from =
        header(exchange, "Range")
            .map(range -> Integer.parseInt(range.replaceAll("\\D", "")))
            .orElse(0);
    if (exchange.getRequestMethod().equals("HEAD")) {
      exchange.getResponseHeaders().set("Content-Length", Integer.toString(content.length));
      exchange.sendResponseHeaders(200, -1);
      return;
    }
    if (from > 0) {
      String range = "bytes %d-%d/%d".formatted(from, content.length - 1, content.length);
      exchange.getResponseHeaders().set("Content-Range", range);
    }
    part(exchange, from > 0 ? 206 : 200, Arrays.copyOfRange(content, from, content.length), -1);
  }

  /** Announces a content and sends some bytes of it, then cuts the connection; -1: all. */
  static void part(HttpExchange exchange, int status, byte[] content, int sent) throws IOException {
    exchange.sendResponseHeaders(status, content.length == 0 ? -1 : content.length);
    OutputStream out = exchange.getResponseBody();
    out.write(content, 0, sent < 0 ? content.length : sent);
    out.flush();
  }

  private static Optional<String> header(HttpExchange exchange, String name) {
    return Optional.ofNullable(exchange.getRequestHeaders().getFirst(name));
  }

  static String sha256(byte[] content) {
    return digest("SHA-256", content);
  }

  static String gitSha1(byte[] content) {
    byte[] start = "blob %d\0".formatted(content.length).getBytes(StandardCharsets.US_ASCII);
    byte[] whole = Arrays.copyOf(start, start.length + content.length);
    System.arraycopy(content, 0, whole, start.length, content.length);
    return digest("SHA-1", whole);
  }

  private static String digest(String algorithm, byte[] content) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance(algorithm).digest(content));
    } catch (java.security.NoSuchAlgorithmException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  /** Files under a folder with what links point to: {@code refs/main}, {@code a -> ../b}. */
  static List<String> tree(Path folder) throws IOException {
    List<String> tree = new ArrayList<>();
    try (var all = java.nio.file.Files.walk(folder)) {
      for (Path file : all.filter(path -> !java.nio.file.Files.isDirectory(path)).toList()) {
        String name = folder.relativize(file).toString();
        tree.add(
            java.nio.file.Files.isSymbolicLink(file)
                ? name + " -> " + java.nio.file.Files.readSymbolicLink(file)
                : name);
      }
    }
    tree.sort(null);
    return tree;
  }

  @Override
  public void close() {
    hub.stop(0);
    cdn.stop(0);
    threads.shutdownNow();
  }
}
