package dev.lorax.model;

import dev.lorax.graph.Parameterized;
import dev.lorax.text.Tokenizer;
import java.util.Set;

/** A graph that predicts tokens, its weights, and the tokenizer it was trained with. */
public interface LanguageModel extends Parameterized {
  /** The program without weights, and how checkpoints name its parameters. */
  Architecture architecture();

  /** From text to token ids and back. */
  Tokenizer tokenizer();

  /** Ids after which a generated text has ended. */
  Set<Integer> endIds();
}
