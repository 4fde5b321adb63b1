package dev.lorax.peft;

/**
 * One kind of what an adapter folder holds, in reading: it asks for its tensors first, so that all
 * that is wrong can be told at once.
 */
interface PeftPart {
  /** Asks for the tensors. */
  void check(PeftFile file);

  /** Reads them; they are there. */
  void load(PeftFile file, PeftDraft draft);
}
