package dev.lorax.lora;

import dev.lorax.tensor.Svd;
import dev.lorax.tensor.Tensor;

/**
 * The first r columns and rows of the weight's QR decomposition (OLoRA, Büyükakyüz 2024, eq. 4), so
 * that B has orthonormal columns.
 */
public record OloraStart() implements Start {
  @Override
  public Factors factors(Lora op, Beginning beginning) {
    Tensor[] parts = Svd.qr(beginning.weight(op.target()));
    return new Factors(
        parts[1].narrow(0, 0, op.rank()).copy(), parts[0].narrow(1, 0, op.rank()).copy());
  }

  @Override
  public boolean isSubtracted() {
    return true;
  }

  @Override
  public String toString() {
    return "olora";
  }
}
