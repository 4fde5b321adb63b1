import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lorax.checkpoint.Checkpoint;
import dev.lorax.checkpoint.CheckpointFolder;
import dev.lorax.generate.Generation;
import dev.lorax.generate.GenerationBuilder;
import dev.lorax.gguf.GgufAdapter;
import dev.lorax.gguf.GgufModel;
import dev.lorax.gguf.GgufType;
import dev.lorax.graph.Graph;
import dev.lorax.graph.Node;
import dev.lorax.graph.Parameterized;
import dev.lorax.graph.Parameters;
import dev.lorax.graph.Sequences;
import dev.lorax.lora.Adapter;
import dev.lorax.lora.LoraConfig;
import dev.lorax.lora.Lorax;
import dev.lorax.lora.Merge;
import dev.lorax.lora.Targets;
import dev.lorax.model.Architecture;
import dev.lorax.model.ModelConfig;
import dev.lorax.run.Pass;
import dev.lorax.run.Session;
import dev.lorax.tensor.DType;
import dev.lorax.tensor.Gradients;
import dev.lorax.tensor.Scope;
import dev.lorax.tensor.Tensor;
import dev.lorax.text.Tokenizer;
import dev.lorax.train.Batches;
import dev.lorax.train.Trainer;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * Writes small random models and adapters as GGUF, and compares llama.cpp's tokens with ours: LlamaCpp.java WORK
 * LLAMA_SERVER
 */
public class LlamaCpp {
  static final ObjectMapper JSON = new ObjectMapper();
  static final int TOKENS = 40;
  static final int STEPS = 200;
  static final double NEAR = 1e-2; // in f32, a wrong constant moves log-probabilities by far more
  static final List<String> PROMPTS =
      List.of("One morning, the little fox", "The 1234567 ships weren't", "  He said:\n\n\"I'll", "naïve café 東京", "a");
  static final Path TOKENIZERS = Path.of("lorax-library/src/test/resources/tokenizers");
  static final String GPT2 =
      "'model_type':'gpt2','vocab_size':%d,'n_embd':64,'n_layer':3,'n_head':4,'n_positions':256,'n_inner':160";
  static final String SIZES =
      ",'vocab_size':%d,'hidden_size':64,'intermediate_size':96,'num_hidden_layers':3,'num_attention_heads':4,"
          + "'num_key_value_heads':2,'max_position_embeddings':256,'rms_norm_eps':1e-5,'rope_theta':10000.0";
  static final String LLAMA = "'model_type':'llama'" + SIZES;
  static final String WIDE = ",'head_dim':32"; // heads wider together than the model
  static final String BIASES = ",'attention_bias':true,'mlp_bias':true";
  static final String LINEAR = ",'rope_scaling':{'rope_type':'linear','factor':4.0}";
  static final String YARN = ",'rope_scaling':{'rope_type':'yarn','factor':4.0,'original_max_position_embeddings':64}";
  static final String LLAMA3 =
      ",'rope_scaling':{'rope_type':'llama3','factor':8.0,'low_freq_factor':1.0,'high_freq_factor':4.0,"
          + "'original_max_position_embeddings':64}";
  static final String LONG = // by the short factors: llama.cpp takes the long ones where its context is longer
      ",'original_max_position_embeddings':256,'rope_scaling':{'type':'longrope',"
          + "'short_factor':[1.0,1.5,2.0,2.5],'long_factor':[1.2,3.0,5.0,6.0]}";
  static final String TIED = ",'tie_word_embeddings':true";
  static final String UNTIED = ",'tie_word_embeddings':false";
  static final String GEMMA = SIZES + WIDE + ",'hidden_activation':'gelu_pytorch_tanh','query_pre_attn_scalar':32";
  static final String CAPS = ",'attn_logit_softcapping':2.0,'final_logit_softcapping':3.0";
  static final String GEMMA3 = "'model_type':'gemma3_text','sliding_window':8,'rope_local_base_freq':3000.0" + GEMMA;
  static final String PHI3 = "'model_type':'phi3'" + SIZES.replace("embeddings':256", "embeddings':512");
  static final String GRANITE =
      "'model_type':'granite','attention_multiplier':0.2,'embedding_multiplier':2.0,'residual_multiplier':0.5,"
          + "'logits_scaling':0.4" + SIZES;
  static final String SMOLLM3 = "'model_type':'smollm3'" + SIZES.replace("layers':3", "layers':5"); // the 4th unrotated
  static final String NEOX = // its usual GELU, by erf, llama.cpp computes by tanh
      "'model_type':'gpt_neox','vocab_size':%d,'hidden_size':64,'intermediate_size':96,'num_hidden_layers':3,"
          + "'num_attention_heads':4,'max_position_embeddings':256,'rotary_emb_base':3000,'hidden_act':'gelu_new'";
  static final String BIGCODE = GPT2.replace("gpt2", "gpt_bigcode");

  static Path work;
  static String server;
  static int failures;

  public static void main(String[] args) throws Exception {
    work = Path.of(args[0]);
    server = args[1];
    JsonNode bytes = tokenizer("gpt2_bytelevel");
    JsonNode llama3 = tokenizer("llama3_split");
    check("gpt2", GPT2, bytes, true);
    check("gpt2-untied", GPT2 + UNTIED, bytes, false);
    check("llama", LLAMA, llama3, true);
    check("llama-wide-biased", LLAMA + WIDE + BIASES, llama3, false);
    check("llama-tied-rope-llama3", LLAMA + TIED + LLAMA3, llama3, false);
    check("llama-rope-linear", LLAMA + LINEAR, bytes, false);
    check("llama-rope-yarn", LLAMA + YARN, bytes, false);
    check("mistral", "'model_type':'mistral','sliding_window':null" + SIZES, pieces(), false);
    check("qwen2", "'model_type':'qwen2'" + SIZES + TIED, qwen(), false);
    check("qwen3", "'model_type':'qwen3'" + SIZES + WIDE, qwen(), false);
    check("gemma", "'model_type':'gemma'" + GEMMA, llama3, false);
    check("gemma2", "'model_type':'gemma2','sliding_window':8" + GEMMA + CAPS, llama3, false);
    check("gemma3", GEMMA3 + ",'sliding_window_pattern':3" + LINEAR, llama3, false);
    check("gemma3-untied", GEMMA3 + ",'sliding_window_pattern':2" + UNTIED, llama3, false);
    check("phi-three", PHI3 + UNTIED, llama3, false); // named phi3, llama.cpp would cut texts as Phi-3's tokenizer does
    check("phi-three-tied-longrope", PHI3 + TIED + ",'partial_rotary_factor':0.5" + LONG, llama3, false);
    check("olmo2", "'model_type':'olmo2'" + SIZES + UNTIED, llama3, false);
    check("granite", GRANITE + UNTIED, llama3, false);
    check("granite-tied-biased", GRANITE + TIED + BIASES, llama3, false);
    check("smollm3", SMOLLM3, llama3, false);
    check("smollm3-untied", SMOLLM3 + UNTIED, llama3, false);
    check("neox", NEOX + ",'rotary_pct':0.5", bytes, false);
    check("neox-sequential", NEOX + ",'use_parallel_residual':false", bytes, false);
    check("bigcode", BIGCODE, bytes, false);
    check("bigcode-multi-head", BIGCODE + ",'multi_query':false", bytes, false);
    check("the demo's model", Path.of("demo/base"), true);
    System.out.println(failures == 0 ? "ok" : failures + " FAILED");
    System.exit(failures == 0 ? 0 : 1);
  }

  static void check(String name, String config, JsonNode tokenizer, boolean allTypes) throws Exception {
    Path folder = Files.createDirectories(work.resolve(name));
    JSON.writeValue(folder.resolve("tokenizer.json").toFile(), tokenizer);
    int size = 0;
    for (JsonNode id : tokenizer.path("model").path("vocab")) {
      size = Math.max(size, id.asInt() + 1);
    }
    String json = "{" + config.formatted(size + 8).replace('\'', '"') + "}"; // with rows that are no token's
    Files.writeString(folder.resolve("config.json"), json);
    Files.writeString(folder.resolve("special_tokens_map.json"), ends(tokenizer));
    Architecture architecture = Architecture.of(ModelConfig.parse(json, name));
    try (Parameters weights = random(architecture.graph())) {
      train(folder, architecture.graph(), weights);
      CheckpointFolder.writeWeights(folder, architecture, weights, DType.F32);
    }
    check(name, folder, allTypes);
  }

  record Untrained(Graph graph, Parameters parameters) implements Parameterized {}

  /** Learns a little, so that the model's choices are no near ties, as many of random weights are. */
  static void train(Path folder, Graph graph, Parameters weights) throws Exception {
    int[] tokens;
    try (Tokenizer tokenizer = Tokenizer.open(folder)) {
      tokens = tokenizer.encode(Files.readString(Path.of("demo/pirate-log.txt")));
    }
    try (Trainer trainer =
        Trainer.of(new Untrained(graph, weights), Batches.windows(tokens, 64).size(8))
            .steps(STEPS)
            .learningRate(3e-3)
            .build()) {
      trainer.forEach(step -> {});
    }
  }

  static void check(String name, Path model, boolean allTypes) throws Exception {
    Path folder = Files.createDirectories(work.resolve(name));
    try (Checkpoint base = Checkpoint.open(model, DType.F32);
        Adapter adapter = adapter(base);
        Merge merge = Merge.of(base, adapter)) {
      Path merged = folder.resolve("merged.gguf");
      for (GgufType type : allTypes ? List.of(GgufType.values()) : List.of(GgufType.F32)) {
        report(name + ", merged, " + type, GgufModel.write(merged, base, merge, type));
        compare(base, merge, type, merged, null);
      }
      Path plain = folder.resolve("base.gguf");
      Path lora = folder.resolve("lora.gguf");
      report(name + ", base, f32", GgufModel.write(plain, base, base, GgufType.F32));
      compare(base, base, GgufType.F32, plain, null);
      for (GgufType type : allTypes ? List.of(GgufType.values()) : List.of(GgufType.F32)) {
        report(name + ", adapter, " + type, List.of());
        GgufAdapter.write(lora, base, adapter, type);
        compare(base, adapter, type, plain, lora);
      }
    }
  }

  static void report(String what, List<String> warnings) {
    System.out.printf("%-40s", what);
    for (String warning : warnings) {
      System.out.printf("(%s)%n%-40s", warning, "");
    }
  }

  /** The same prompts in llama.cpp and here. */
  static void compare(Checkpoint base, Parameterized model, GgufType type, Path gguf, Path lora) throws Exception {
    int equal = 0;
    int count = 0;
    int cut = 0;
    double worst = 0;
    double closest = Double.MAX_VALUE;
    double far = 0;
    try (Server llama = new Server(gguf, lora)) {
      for (String prompt : PROMPTS) {
        int[] ids = base.tokenizer().encodeWithSpecials(prompt);
        cut += Arrays.equals(ids, llama.tokenize(prompt)) ? 0 : 1;
        int[] ours = greedy(base, model, prompt);
        JsonNode reply = llama.complete(ids);
        int[] theirs = Server.ids(reply.path("tokens"));
        count += ours.length;
        int same = Arrays.mismatch(ours, theirs);
        equal += same < 0 ? ours.length : same;
        double[][] along = logits(base, model, ids, theirs);
        far = Math.max(far, distance(along, theirs, reply.path("completion_probabilities")));
        worst = Math.max(worst, -least(along, theirs));
        closest = Math.min(closest, least(logits(base, model, ids, ours), ours));
      }
    }
    boolean exact = far < NEAR && (equal == count || closest < tie(type));
    boolean good = cut == 0 && worst < tie(type) && (type != GgufType.F32 || exact);
    failures += good ? 0 : 1;
    System.out.printf(
        "texts cut alike %d of %d, tokens equal %d of %d, ours ahead by at least %.1e, theirs behind by at most %.1e, "
            + "log-probabilities apart by at most %.1e%s%n",
        PROMPTS.size() - cut, PROMPTS.size(), equal, count, closest, worst, far, good ? "" : "  FAILED");
  }

  /** Differences of logits that rounding may turn over. */
  static double tie(GgufType type) {
    return switch (type) {
      case F32 -> 1e-3; // llama.cpp looks GELU up in a table of float16
      case F16 -> 0.02;
      case BF16 -> 0.2;
      case Q8_0 -> 0.5; // llama.cpp rounds the other factor of a product to 8 bits too
    };
  }

  static int[] greedy(Checkpoint base, Parameterized model, String prompt) {
    GenerationBuilder builder = model == base ? Generation.of(base) : Generation.of(base, model);
    try (Generation text = builder.greedy().maxTokens(TOKENS).prompt(prompt)) {
      text.forEachRemaining(piece -> {});
      return Arrays.stream(text.ids()).filter(id -> !base.endIds().contains(id)).toArray(); // as llama.cpp tells them
    }
  }

  /** Those of which each of these tokens was chosen. */
  static double[][] logits(Checkpoint base, Parameterized model, int[] prompt, int[] chosen) {
    int[] all = Arrays.copyOf(prompt, prompt.length + chosen.length);
    System.arraycopy(chosen, 0, all, prompt.length, chosen.length);
    Parameters values = model == base ? base.parameters() : base.parameters().and(model.parameters());
    try (Scope scope = new Scope();
        Gradients off = Gradients.off()) {
      Tensor logits = new Session(model.graph(), values).run(Pass.of(all, Sequences.of(all.length)), scope);
      double[][] rows = new double[chosen.length][];
      for (int i = 0; i < rows.length; i++) {
        rows[i] = logits.narrow(0, prompt.length + i - 1, 1).toDoubles();
      }
      return rows;
    }
  }

  /** How far, in logits, one of these tokens is at least ahead of the best other one; below 0: behind. */
  static double least(double[][] logits, int[] chosen) {
    double least = Double.MAX_VALUE;
    for (int i = 0; i < chosen.length; i++) {
      double[] others = logits[i].clone();
      others[chosen[i]] = Double.NEGATIVE_INFINITY;
      least = Math.min(least, logits[i][chosen[i]] - Arrays.stream(others).max().orElseThrow());
    }
    return least;
  }

  /**
   * How far the log-probabilities that llama.cpp tells of the likeliest tokens are from ours: up to the first place of
   * which it tells none, since it waits for the rest of a character there.
   */
  static double distance(double[][] logits, int[] chosen, JsonNode theirs) {
    double most = 0;
    for (int i = 0; i < theirs.size() && theirs.get(i).path("id").asInt() == chosen[i]; i++) {
      double total = Math.log(Arrays.stream(logits[i]).map(Math::exp).sum());
      for (JsonNode token : theirs.get(i).get("top_logprobs")) {
        double ours = logits[i][token.path("id").asInt()] - total;
        most = Math.max(most, Math.abs(ours - token.path("logprob").asDouble(Double.NaN)));
      }
    }
    return most;
  }

  static Parameters random(Graph graph) {
    Map<String, Tensor> values = new LinkedHashMap<>();
    try (Scope scope = new Scope()) {
      graph.parameters().forEach((name, shape) -> {
        boolean norm = name.contains("norm.weight");
        double deviation = shape.rank() == 1 ? 0.2 : 0.25;
        Tensor value = Tensor.normal(DType.F32, deviation, name.hashCode(), shape.toArray());
        values.put(name, scope.release(norm ? value.add(1) : value.copy()));
      });
    }
    return Parameters.of(values);
  }

  /** Ranks and scales differ from node to node. */
  static Adapter adapter(Checkpoint base) {
    Graph graph = base.graph();
    graph = Lorax.inject(graph, config(3, 6, "query", "output", "down"));
    graph = Lorax.inject(graph, config(4, 6, "value", "up"));
    graph = Lorax.inject(graph, config(2, 7, "key"));
    if (graph.parameters().containsKey("language_modeling_head.output.weight")) { // not tied
      Predicate<Node> ends = node -> Set.of("embedder.token", "language_modeling_head.output").contains(node.name());
      graph = Lorax.inject(graph, LoraConfig.builder().rank(2).alpha(3).targets(ends).build());
    }
    Adapter adapter = Adapter.initial(graph, 5);
    try (Scope scope = new Scope()) {
      for (Node node : adapter.nodes()) {
        Tensor b = adapter.b(node);
        b.copyInPlace(Tensor.normal(DType.F32, 0.2, node.id(), b.shape().toArray()));
      }
    }
    return adapter;
  }

  static LoraConfig config(int rank, double alpha, String... names) {
    Predicate<Node> targets = node -> node.name().startsWith("decoder.") && List.of(names).contains(node.lastName());
    return LoraConfig.builder().rank(rank).alpha(alpha).targets(targets).build();
  }

  static JsonNode tokenizer(String name) throws IOException {
    return JSON.readTree(TOKENIZERS.resolve(name).resolve("tokenizer.json").toFile());
  }

  static String ends(JsonNode tokenizer) {
    boolean pieces = tokenizer.path("model").path("byte_fallback").asBoolean();
    ObjectNode tokens = JSON.createObjectNode().put("eos_token", pieces ? "</s>" : "<|endoftext|>");
    tokens.set("bos_token", tokenizer.path("added_tokens").path(pieces ? 1 : 0).path("content"));
    return tokens.toString();
  }

  /** Llama 3's with Qwen2's digits. */
  static JsonNode qwen() throws IOException {
    ObjectNode json = (ObjectNode) JSON.readTree(tokenizer("llama3_split").toString().replace("{1,3}", ""));
    ((ObjectNode) json.path("model")).put("ignore_merges", false);
    json.putNull("post_processor");
    return json;
  }

  /** A vocabulary of pieces with all merges that it allows, best first, as those of SentencePiece have. */
  static JsonNode pieces() throws IOException {
    ObjectNode json = (ObjectNode) tokenizer("llama2_bytefallback");
    ObjectNode model = (ObjectNode) json.path("model");
    Map<Integer, String> byId = new TreeMap<>();
    model.path("vocab").properties().forEach(entry -> byId.put(entry.getValue().asInt(), entry.getKey()));
    ArrayNode merges = model.putArray("merges");
    for (String token : byId.values()) {
      for (int i = 1; i < token.length() && !token.matches("</?s>|<unk>|<0x..>"); i++) {
        if (model.path("vocab").has(token.substring(0, i)) && model.path("vocab").has(token.substring(i))) {
          merges.addArray().add(token.substring(0, i)).add(token.substring(i));
        }
      }
    }
    return json;
  }

  /** A llama.cpp server on this machine alone. */
  static class Server implements AutoCloseable {
    final HttpClient client = HttpClient.newHttpClient();
    final Process process;
    final String address;

    Server(Path model, Path lora) throws Exception {
      int port;
      try (ServerSocket free = new ServerSocket(0)) {
        port = free.getLocalPort();
      }
      address = "http://127.0.0.1:" + port;
      List<String> command = new ArrayList<>(List.of(server, "-m", model.toString(), "--host", "127.0.0.1"));
      command.addAll(List.of("--port", "" + port, "-c", "256", "-np", "1", "-t", "1", "--no-warmup"));
      command.addAll(List.of("-fa", "off", "-ctk", "f32", "-ctv", "f32")); // else it rounds keys and values to f16
      if (lora != null) {
        command.addAll(List.of("--lora", lora.toString()));
      }
      Path log = work.resolve("server.log");
      process = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
      for (int i = 0; i < 300; i++) {
        if (!process.isAlive()) {
          throw new IllegalStateException("llama.cpp ended:\n" + Files.readString(log));
        }
        try {
          if (send(HttpRequest.newBuilder(URI.create(address + "/health")).build()).statusCode() == 200) {
            return;
          }
        } catch (IOException notYet) {
          // it is loading
        }
        Thread.sleep(100);
      }
      throw new IllegalStateException("llama.cpp does not answer:\n" + Files.readString(log));
    }

    HttpResponse<String> send(HttpRequest request) throws Exception {
      return client.send(request, HttpResponse.BodyHandlers.ofString());
    }

    JsonNode post(String path, ObjectNode body) throws Exception {
      HttpResponse<String> reply =
          send(HttpRequest.newBuilder(URI.create(address + path)).header("Content-Type", "application/json")
              .POST(HttpRequest.BodyPublishers.ofString(body.toString())).build());
      if (reply.statusCode() != 200) {
        throw new IllegalStateException(reply.body());
      }
      return JSON.readTree(reply.body());
    }

    int[] tokenize(String text) throws Exception {
      ObjectNode body = JSON.createObjectNode().put("content", text).put("add_special", true);
      return ids(post("/tokenize", body).path("tokens"));
    }

    JsonNode complete(int[] prompt) throws Exception {
      ObjectNode body = JSON.createObjectNode().put("n_predict", TOKENS).put("return_tokens", true);
      body.put("cache_prompt", false).put("temperature", 0);
      ArrayNode ids = body.putArray("prompt");
      Arrays.stream(prompt).forEach(ids::add);
      body.putArray("samplers").add("top_k");
      body.put("top_k", 1).put("n_probs", 20);
      return post("/completion", body);
    }

    static int[] ids(JsonNode array) {
      int[] ids = new int[array.size()];
      for (int i = 0; i < ids.length; i++) {
        ids[i] = array.get(i).asInt();
      }
      return ids;
    }

    @Override
    public void close() throws Exception {
      process.destroy();
      process.waitFor();
    }
  }
}
