package dev.lorax.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.lorax.cli.console.Console;
import dev.lorax.cli.console.Interrupt;
import dev.lorax.cli.console.Terminals;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Models and adapters from a hub on this machine. */
class HubModelTest {
  private static final String COMMIT = "0123456789abcdef0123456789abcdef01234567";
  private static final String LATER = "f".repeat(40);

  @TempDir Path folder;
  private final Map<String, Path> repositories = new HashMap<>();
  private final Map<String, String> environment = new HashMap<>();
  private HttpServer server;
  private Path model;
  private Path moved; // what main is after it moved

  @BeforeEach
  void start() throws IOException {
    System.setProperty("sun.net.httpserver.nodelay", "true");
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", this::serve);
    server.start();
    environment.put("HF_ENDPOINT", "http://127.0.0.1:" + server.getAddress().getPort());
    environment.put("HF_HOME", folder.resolve("cache").toString());
    model = TinyModel.in(folder);
    repositories.put("org/tiny", model);
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  private void serve(HttpExchange exchange) throws IOException {
    try (exchange) {
      String path = exchange.getRequestURI().getPath();
      String id = path.replaceFirst("^/(api/models/)?", "").replaceFirst("^([^/]+/[^/]+).*", "$1");
      boolean later = moved != null && id.equals("org/tiny") && !path.contains(COMMIT);
      Path repository = later ? moved : repositories.get(id);
      if (repository == null) {
        exchange.getResponseHeaders().set("X-Error-Code", "RepoNotFound");
        exchange.sendResponseHeaders(404, -1);
      } else if (path.startsWith("/api/")) {
        String listing = listing(repository, later ? LATER : COMMIT);
        send(exchange, listing.getBytes(StandardCharsets.UTF_8));
      } else {
        Path file = repository.resolve(path.substring(path.lastIndexOf('/') + 1));
        exchange.getResponseHeaders().set("ETag", "\"%s-%s\"".formatted(file.getFileName(), later));
        send(exchange, Files.readAllBytes(file));
      }
    }
  }

  private static String listing(Path repository, String commit) throws IOException {
    try (Stream<Path> files = Files.list(repository)) {
      String names =
          files
              .map(file -> "{\"rfilename\": \"%s\"}".formatted(file.getFileName()))
              .collect(Collectors.joining(","));
      return "{\"sha\": \"%s\", \"siblings\": [%s]}".formatted(commit, names);
    }
  }

  private static void send(HttpExchange exchange, byte[] content) throws IOException {
    exchange.getResponseHeaders().set("Content-Length", Integer.toString(content.length));
    boolean head = exchange.getRequestMethod().equals("HEAD");
    exchange.sendResponseHeaders(200, head ? -1 : content.length);
    if (!head) {
      exchange.getResponseBody().write(content);
    }
  }

  private Path snapshot() {
    return folder.resolve("cache/hub/models--org--tiny/snapshots/" + COMMIT);
  }

  private Lorax lorax(Object... args) {
    return Lorax.withEnvironment(environment, args);
  }

  @Test
  void pullPrintsTheFolderAlone() {
    Lorax pulled = lorax("pull", "org/tiny").ok();
    assertThat(pulled.out()).isEqualTo(snapshot() + System.lineSeparator());
    assertThat(pulled.err()).contains("download  model.safetensors, ");
    assertThat(lorax("pull", "org/tiny").ok().err()).isEmpty();
  }

  @Test
  void pullTellsCommitAndFilesAsJson() throws IOException {
    JsonNode json = lorax("pull", "org/tiny", "--revision", "v1", "--json").ok().json();
    assertThat(json.get("model").asText()).isEqualTo("org/tiny");
    assertThat(json.get("revision").asText()).isEqualTo("v1");
    assertThat(json.get("commit").asText()).isEqualTo(COMMIT);
    assertThat(json.get("folder").asText()).isEqualTo(snapshot().toString());
    assertThat(json.get("files").toString())
        .isEqualTo("[\"config.json\",\"model.safetensors\",\"tokenizer.json\"]");
  }

  @Test
  void pullRefusesWhatIsNoName() {
    lorax("pull", "gpt2").failed(2, "'gpt2' is no model on the hub: write ORG/NAME");
    lorax("pull", "org/tiny@a", "--revision", "b").failed(2, "give the revision once");
    lorax("pull", "org/tiny@a..b").failed(2, "'a..b' is no revision");
    lorax("pull", "org/gone").failed(1, "has no model org/gone, or it is private");
  }

  @Test
  void commandsTakeAModelOfTheHub() throws IOException {
    Object[] rest = {"-p", "The", "--greedy", "-n", 8};
    List<Object> local = new ArrayList<>(List.of("generate", "--model", model));
    local.addAll(List.of(rest));
    List<Object> remote = new ArrayList<>(List.of("generate", "--model", "org/tiny@main"));
    remote.addAll(List.of(rest));
    String expected = lorax(local.toArray()).ok().out();
    assertThat(lorax(remote.toArray()).ok().out()).isEqualTo(expected);
    JsonNode inspected = lorax("inspect", "--model", "org/tiny", "--json").ok().json();
    assertThat(inspected.get("folder").asText()).isEqualTo(snapshot().toString());
    server.stop(0);
    environment.put("HF_HUB_OFFLINE", "1");
    assertThat(lorax(remote.toArray()).ok().out()).isEqualTo(expected);
  }

  @Test
  void anAdapterOfTheHubFitsAModelOfTheHubAndNamesIt() throws IOException {
    Path text = TinyModel.text(folder);
    Path out = folder.resolve("adapter");
    String train = "train --model org/tiny --steps 1 --window 16 --sample";
    List<Object> args = new ArrayList<>(List.of((Object[]) train.split(" ")));
    args.addAll(List.of("", "--data", text, "--out", out));
    lorax(args.toArray()).ok();
    assertThat(out.resolve("adapter_config.json"))
        .content()
        .contains("\"base_model_name_or_path\" : \"org/tiny\"")
        .contains("\"revision\" : \"%s\"".formatted(COMMIT));
    repositories.put("org/adapter", out);
    String generate = "generate --model org/tiny --adapter org/adapter -p The --greedy -n 4";
    assertThat(lorax((Object[]) generate.split(" ")).ok().err())
        .contains("download  adapter_model.safetensors");
    Path merged = folder.resolve("merged");
    lorax("merge", "--model", "org/tiny", "--adapter", "org/adapter", "--out", merged).ok();
    assertThat(merged.resolve("model.safetensors")).exists();
  }

  /** Trains for a step, with every option that there is need for. */
  private void train(Path out, Object... more) throws IOException {
    List<Object> args =
        new ArrayList<>(List.of("train", "--model", "org/tiny", "--steps", 1, "--window", 16));
    args.addAll(List.of("--sample", "", "--data", TinyModel.text(folder), "--out", out));
    args.addAll(List.of(more));
    lorax(args.toArray()).ok();
  }

  /** The name main moves on: to a model of which every answer is another. */
  private void moveMain() throws IOException {
    moved = Files.createDirectory(folder.resolve("moved"));
    for (String file : List.of("config.json", "model.safetensors", "tokenizer.json")) {
      Files.copy(model.resolve(file), moved.resolve(file));
    }
    TinyModel.spoil(moved);
  }

  @Test
  void aRunIsResumedAndDoneAgainOnTheCommitThatItBeganWith() throws IOException {
    Path out = folder.resolve("run");
    train(out);
    Path recipe = out.resolve("recipe.yaml");
    assertThat(recipe).content().contains("model: \"org/tiny@%s\"\n".formatted(COMMIT));
    moveMain();
    lorax("train", "--resume", out).ok();
    Path again = folder.resolve("again");
    lorax("train", "--recipe", recipe, "--out", again).ok();
    assertThat(again.resolve("adapter_model.safetensors"))
        .hasSameBinaryContentAs(out.resolve("adapter_model.safetensors"));
    assertThat(again.resolve("recipe.yaml")).hasSameTextualContentAs(recipe);
  }

  @Test
  void theRunsOfASweepSayOnWhichCommitTheyAre() throws IOException {
    Path out = folder.resolve("sweep");
    train(out, "--sweep", "rank=1,2");
    assertThat(out.resolve("rank=2/recipe.yaml"))
        .content()
        .contains("model: \"org/tiny@%s\"\n".formatted(COMMIT));
    moveMain();
    lorax("train", "--resume", out).ok();
  }

  @Test
  void anAdapterBringsTheCommitThatItWasTrainedOn() throws IOException {
    Path adapter = folder.resolve("adapter");
    train(adapter);
    Object[] generate = {
      "generate", "--model", "org/tiny", "--adapter", adapter, "-p", "The", "--greedy", "-n", 8
    };
    String before = lorax(generate).ok().out();
    moveMain();
    assertThat(lorax(generate).ok().out()).isEqualTo(before);
    Object[] inspect = {"inspect", "--model", "org/tiny", "--adapter", adapter, "--json"};
    assertThat(lorax(inspect).ok().json().get("folder").asText()).endsWith(COMMIT);
    Path merged = folder.resolve("merged");
    lorax("merge", "--model", "org/tiny", "--adapter", adapter, "--out", merged).ok();
    Lorax measured = eval(adapter, "org/tiny").ok();
    assertThat(measured.err()).doesNotContain("was trained on");
    assertThat(lorax("inspect", "--model", "org/tiny", "--json").ok().json().get("folder").asText())
        .endsWith(LATER);
    Lorax other = eval(adapter, "org/tiny@main");
    assertThat(other.err())
        .contains(
            "adapter adapter was trained on org/tiny@%s, not on org/tiny@%s: it fits"
                .formatted(COMMIT, LATER));
  }

  private Lorax eval(Path adapter, String base) {
    return lorax(
        "eval", "--model", base, "--adapter", adapter, "--data", folder.resolve("text.txt"));
  }

  @Test
  void whatIsNeitherFolderNorModelIsToldAsBoth() {
    lorax("inspect", "--model", "org/gone")
        .failed(1, "there is no folder org/gone, and ", " has no model org/gone");
    lorax("inspect", "--model", "./org/gone").failed(1, "no such folder");
    environment.put("HF_ENDPOINT", "nonsense");
    lorax("inspect", "--model", "org/tiny").failed(2, "HF_ENDPOINT is 'nonsense'");
  }

  @Test
  void aTerminalShowsABarForALargeFile() throws IOException {
    Files.write(model.resolve("model.safetensors"), new byte[3_000_000]);
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    PrintStream stream = new PrintStream(err, true, StandardCharsets.UTF_8);
    Console console =
        new Console(
            InputStream.nullInputStream(),
            new PrintStream(new ByteArrayOutputStream()),
            stream,
            new Terminals(false, false, true, false));
    assertThat(Main.run(console, new Interrupt(), environment, "pull", "org/tiny")).isZero();
    assertThat(err.toString(StandardCharsets.UTF_8))
        .contains("model.safetensors 100%", "3/3 MB", "MB/s")
        .doesNotContain("config.json");
  }
}
