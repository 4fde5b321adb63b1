package dev.lorax.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lorax.algebra.Combination;
import dev.lorax.algebra.CombinationOptions;
import dev.lorax.algebra.Weighted;
import dev.lorax.lora.Adapter;
import dev.lorax.lora.AdapterBank;
import dev.lorax.peft.PeftFolder;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Texts of one batch, each by an adapter of its own, are what each adapter writes alone. */
class BankGenerationTest {
  private final TinyModel model = new TinyModel(TinyModel.golden("llama-two-adapters"));
  private final Map<String, Adapter> adapters = new LinkedHashMap<>();
  private AdapterBank bank;

  @BeforeEach
  void open() {
    for (String name : List.of("a", "b", "c")) {
      adapters.put(
          name,
          PeftFolder.read(
              TinyModel.golden("llama-two-adapters").resolve("adapters/" + name), model));
    }
    bank = AdapterBank.of(model.graph(), adapters);
  }

  @AfterEach
  void close() {
    bank.close();
    adapters.values().forEach(Adapter::close);
    model.close();
  }

  @Test
  void eachPromptIsGoneOnWithByItsAdapter() {
    List<Prompt> prompts =
        List.of(
            Prompt.of("the trees", "b"),
            Prompt.of("the trees"),
            Prompt.of("lorax", "a"),
            Prompt.of("the lorax speaks for", "c"),
            Prompt.of("the trees", "a"));
    List<Generated> found = options(Generation.of(model, bank)).generate(prompts);
    for (int i = 0; i < prompts.size(); i++) {
      Prompt prompt = prompts.get(i);
      GenerationBuilder alone =
          prompt.adapter().isEmpty()
              ? Generation.of(model)
              : Generation.of(model, adapters.get(prompt.adapter().get()));
      assertThat(found.get(i))
          .as(prompt.toString())
          .isEqualTo(options(alone).prompts(List.of(prompt.text())).get(0));
    }
    assertThat(IntStream.of(0, 1, 4).mapToObj(i -> found.get(i).text()).distinct()).hasSize(3);
  }

  @Test
  void aPromptMayHaveAWeightedSumOfAdapters() {
    Map<String, Double> weights = Map.of("a", 0.7, "b", 0.4, "c", -0.5);
    List<Weighted> members =
        adapters.keySet().stream()
            .map(name -> new Weighted(name, adapters.get(name), weights.get(name)))
            .toList();
    List<Prompt> prompts =
        List.of(Prompt.of("the trees"), Prompt.of("the trees", "sum"), Prompt.of("lorax", "a"));
    try (Adapter sum = Combination.named("cat", CombinationOptions.NONE).of(members);
        AdapterBank mixed = bank.mixing(Map.of("sum", weights))) {
      List<Generated> found = options(Generation.of(model, mixed)).generate(prompts);
      assertThat(found.get(1))
          .isEqualTo(options(Generation.of(model, sum)).prompts(List.of("the trees")).get(0))
          .isNotEqualTo(found.get(0));
      assertThat(found.get(2))
          .isEqualTo(
              options(Generation.of(model, adapters.get("a"))).prompts(List.of("lorax")).get(0));
    }
  }

  private static GenerationBuilder options(GenerationBuilder builder) {
    return builder.greedy().maxTokens(20);
  }

  @Test
  void withoutAChoiceABankIsItsBase() {
    assertThat(options(Generation.of(model, bank)).prompts(List.of("lorax", "a")))
        .isEqualTo(options(Generation.of(model)).prompts(List.of("lorax", "a")));
  }

  @Test
  void aNameThatIsNotThereIsRefusedInOneLine() {
    assertThatThrownBy(() -> Generation.of(model, bank).generate(List.of(Prompt.of("a", "poet"))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("There is no adapter 'poet': known are a, b, c");
    assertThatThrownBy(() -> Generation.of(model).generate(List.of(Prompt.of("a", "b"))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "A prompt names adapter 'b', but the model is no bank of adapters: make an"
                + " AdapterBank");
  }
}
