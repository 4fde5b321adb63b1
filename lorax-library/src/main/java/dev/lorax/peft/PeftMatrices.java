package dev.lorax.peft;

import dev.lorax.graph.Node;
import dev.lorax.lora.Dropout;
import dev.lorax.lora.Form;
import dev.lorax.lora.Lora;
import dev.lorax.lora.Lorax;
import dev.lorax.lora.LowRank;
import dev.lorax.lora.Scaling;
import dev.lorax.lora.Start;
import dev.lorax.model.LanguageModel;
import dev.lorax.op.Linear;
import dev.lorax.peft.PeftForm.Extra;
import dev.lorax.tensor.Scope;
import dev.lorax.tensor.Shape;
import dev.lorax.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** The low-rank products of an adapter folder. */
final class PeftMatrices implements PeftPart {
  private final PeftConfig config;
  private final List<PeftModule> modules;
  private final List<PeftModule> present = new ArrayList<>();

  PeftMatrices(PeftConfig config, LanguageModel base) {
    this.config = config;
    modules = PeftModule.of(base.architecture().weights(), base.graph());
  }

  @Override
  public void check(PeftFile file) {
    for (PeftModule module : modules) {
      boolean adapted =
          file.has(module.keyA()) || file.has(module.keyB()) || config.targets(module.name());
      if (adapted) {
        present.add(module);
        int rank = config.rankOf(module.name());
        file.check(module.keyA(), Shape.of(rank, module.in()));
        file.check(module.keyB(), Shape.of(module.out(), rank));
        for (Extra extra : config.form().extras()) {
          file.check(PeftFile.key(module.name(), extra.suffix()), Shape.of(module.out()));
        }
      }
    }
  }

  @Override
  public void load(PeftFile file, PeftDraft draft) {
    present.forEach(module -> load(module, file, draft));
  }

  private void load(PeftModule module, PeftFile file, PeftDraft draft) {
    String owner = lora(module.parts().get(0)) + ".a";
    try (Scope scope = new Scope()) {
      draft.value(owner, file.get(module.keyA(), scope), scope);
      Tensor b = file.get(module.keyB(), scope);
      for (PeftModule.Part part : module.parts()) {
        String node = lora(part);
        draft.adapt(part.node().name(), op(module, part.node(), owner));
        draft.value(node + ".b", part.source().rows(b), scope);
        for (Extra extra : config.form().extras()) {
          Tensor rows = file.get(PeftFile.key(module.name(), extra.suffix()), scope);
          draft.value(node + "." + extra.parameter(), part.source().rows(rows), scope);
        }
      }
    }
  }

  private static String lora(PeftModule.Part part) {
    return Lorax.adapterOf(part.node().name());
  }

  private LowRank op(PeftModule module, Node node, String owner) {
    boolean owns = owner.equals(Lorax.adapterOf(node.name()) + ".a");
    int rank = config.rankOf(module.name());
    Scaling scaling = new Scaling(config.alphaOf(module.name()), config.rankStabilized());
    Dropout dropout = new Dropout(config.dropout(), OptionalLong.empty());
    Lora lora =
        new Lora(
            (Linear) node.op(),
            rank,
            scaling,
            dropout,
            Start.KAIMING,
            owns ? Optional.empty() : Optional.of(owner));
    Form form = config.form().form();
    return form.of(node, lora);
  }
}
