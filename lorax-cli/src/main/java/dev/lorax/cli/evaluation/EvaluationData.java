package dev.lorax.cli.evaluation;

import dev.lorax.train.Batches;
import java.util.List;
import java.util.Set;

/** What models are measured on: the same sequences for all, each once. */
interface EvaluationData extends AutoCloseable {
  /** Its sequences, in order. */
  Batches batches();

  /** How many batches there are. */
  long count();

  /** What there is, for people: {@code chats.jsonl: 400 samples, chat messages, JSON lines}. */
  String about();

  /** What is remarkable about it, a line each. */
  List<String> found();

  /**
   * Its questions and answers.
   *
   * @throws dev.lorax.cli.console.Failure if it holds none
   */
  List<Question> questions();

  /** Ids after which an answer has ended, beside the model's own. */
  Set<Integer> endIds();

  @Override
  default void close() {}
}
