package dev.lorax.lora;

/** How A and B begin. */
public interface Start {
  /** PEFT's default: A evenly distributed in ±1/√in, B zero. */
  Start KAIMING = new KaimingStart();

  /** First values: float32, in the open scope. */
  Factors factors(Lora op, Beginning beginning);

  /**
   * Whether B · A begins with a part of the weight, which is then taken away from the weight, so
   * that their sum is what it was.
   */
  default boolean isSubtracted() {
    return false;
  }
}
