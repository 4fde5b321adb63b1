package dev.lorax.diffusion;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The lists of modules are those of the models: their sizes add up to what is published. */
class FamilyTest {
  private static final Predicate<String> ATTENTION =
      path -> path.contains("transformer_blocks") || path.matches(".*proj_(in|out)");

  private static List<NetworkModule> modules(Family family, Part part) {
    return family.modules().stream().filter(module -> module.part() == part).toList();
  }

  /** Counts that sd-scripts prints when it makes its networks. */
  @ParameterizedTest
  @CsvSource({"SD1, 192, 86", "SD2, 192, 86", "SDXL, 722, 66"})
  void aUnetHasAsManyModulesAsSdScriptsAdapts(Family family, int attention, int residual) {
    List<String> paths = modules(family, Part.UNET).stream().map(NetworkModule::path).toList();
    assertThat(paths.stream().filter(ATTENTION)).hasSize(attention);
    assertThat(paths.stream().filter(path -> path.matches(".*(resnets|samplers).*")))
        .hasSize(residual);
  }

  @ParameterizedTest
  @CsvSource({
    "SD1, TEXT_ENCODER, 72",
    "SD2, TEXT_ENCODER, 138",
    "SDXL, TEXT_ENCODER, 72",
    "SDXL, TEXT_ENCODER_2, 193"
  })
  void aTextEncoderHasSixModulesALayer(Family family, Part part, int count) {
    assertThat(modules(family, part)).hasSize(count);
  }

  @ParameterizedTest
  @CsvSource({"SD1, 859520964", "SD2, 865910724", "SDXL, 2567463684"})
  void aUnetHasThePublishedNumberOfParameters(Family family, long published) {
    long count = 2 * 320; // the last norm
    for (NetworkModule module : modules(family, Part.UNET)) {
      String path = module.path();
      count += matrix(module);
      count += path.matches(".*\\.to_[qkv]") ? 0 : module.out(); // bias
      count += path.matches(".*\\.(conv1|conv2|proj_in)") ? 2L * module.in() : 0; // group norms
      count += path.endsWith("attn1.to_q") ? 6L * module.in() : 0; // three layer norms
    }
    assertThat(count).isEqualTo(published);
  }

  @ParameterizedTest
  @CsvSource({
    "SD1, TEXT_ENCODER, 768, 123060480",
    "SD2, TEXT_ENCODER, 1024, 340387840",
    "SDXL, TEXT_ENCODER, 768, 123060480",
    "SDXL, TEXT_ENCODER_2, 1280, 694659840"
  })
  void aTextEncoderHasThePublishedNumberOfParameters(
      Family family, Part part, int width, long published) {
    long count = (49408L + 77 + 2) * width; // tokens, positions, last norm
    for (NetworkModule module : modules(family, part)) {
      count += matrix(module);
      count += module.path().equals("text_projection") ? 0 : module.out();
      count += module.path().endsWith("fc1") ? 4L * width : 0; // two norms
    }
    assertThat(count).isEqualTo(published);
  }

  private static long matrix(NetworkModule module) {
    return (long) module.in() * module.out() * module.kernel() * module.kernel();
  }

  @ParameterizedTest
  @EnumSource(Family.class)
  void underscoresForDotsStillTellModulesApart(Family family) {
    Map<String, List<NetworkModule>> byName =
        family.modules().stream()
            .collect(
                Collectors.groupingBy(
                    module -> module.part() + NetworkModule.flat(module.original())));
    assertThat(byName).hasSameSizeAs(family.modules());
    assertThat(family.modules())
        .allSatisfy(
            module -> {
              String flat = NetworkModule.flat(module.path());
              assertThat(family.module(module.part(), flat)).contains(module);
              assertThat(family.module(module.part(), module.path())).contains(module);
            });
  }

  /** Names that real files have. */
  @ParameterizedTest
  @CsvSource({
    "SD1, down_blocks_0_attentions_0_transformer_blocks_0_attn1_to_q,"
        + "down_blocks.0.attentions.0.transformer_blocks.0.attn1.to_q",
    "SDXL, input_blocks_4_1_transformer_blocks_0_attn1_to_out_0,"
        + "down_blocks.1.attentions.0.transformer_blocks.0.attn1.to_out.0",
    "SDXL, input_blocks_8_1_transformer_blocks_9_ff_net_0_proj,"
        + "down_blocks.2.attentions.1.transformer_blocks.9.ff.net.0.proj",
    "SDXL, middle_block_1_proj_in, mid_block.attentions.0.proj_in",
    "SDXL, middle_block_2_out_layers_3, mid_block.resnets.1.conv2",
    "SDXL, output_blocks_5_1_proj_out, up_blocks.1.attentions.2.proj_out",
    "SDXL, output_blocks_2_2_conv, up_blocks.0.upsamplers.0.conv",
    "SDXL, output_blocks_8_0_skip_connection, up_blocks.2.resnets.2.conv_shortcut",
    "SDXL, input_blocks_6_0_op, down_blocks.1.downsamplers.0.conv",
    "SDXL, label_emb_0_2, add_embedding.linear_2"
  })
  void namesOfKohyaBecomeThoseOfDiffusers(Family family, String kohya, String path) {
    assertThat(family.module(Part.UNET, kohya).map(NetworkModule::path)).contains(path);
  }
}
