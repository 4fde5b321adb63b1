package dev.lorax.peft;

import dev.lorax.lora.Factors;
import dev.lorax.tensor.DType;
import dev.lorax.tensor.Tensor;
import java.util.Optional;

/**
 * What an adapter does to one module of the checkpoint: {@code scale · B · A} is added to its
 * matrix, after which DoRA gives each row a length.
 *
 * @param name of the module in the checkpoint, for example {@code model.layers.0.self_attn.q_proj}
 * @param factors A, [r, in], and B, [out, r], float32
 * @param scale the factor on their product
 * @param magnitude the lengths of DoRA's rows, [out]; empty for plain LoRA
 */
public record ModuleChange(String name, Factors factors, double scale, Optional<Tensor> magnitude) {
  /** The same change by a product of that rank, with zeros where there is nothing. */
  ModuleChange padded(int rank) {
    int more = rank - factors.rank();
    if (more == 0) {
      return this;
    }
    Tensor a = factors.a();
    Tensor b = factors.b();
    Factors wide =
        new Factors(
            Tensor.cat(0, a, Tensor.zeros(DType.F32, more, a.size(1))),
            Tensor.cat(1, b, Tensor.zeros(DType.F32, b.size(0), more)));
    return new ModuleChange(name, wide, scale, magnitude);
  }

  /** The same change with another factor on the product: B takes the rest. */
  public ModuleChange scaled(double other) {
    double rest = scale / other;
    boolean same = Math.abs(rest - 1) < 1e-12; // a last bit of the quotient must not change B
    Factors changed = same ? factors : new Factors(factors.a(), factors.b().mul(rest));
    return new ModuleChange(name, changed, other, magnitude);
  }
}
