package dev.lorax.classify;

import dev.lorax.text.Tokenizer;
import dev.lorax.text.TypedIds;
import dev.lorax.train.Batch;
import java.util.List;

/**
 * Makes batches of texts, with no padding.
 *
 * @param tokenizer that cuts what is too long
 * @param isTyped whether the model is told which text of a pair a token belongs to
 */
record SequenceEncoder(Tokenizer tokenizer, boolean isTyped) {
  Batch batch(List<LabelledText> texts) {
    List<TypedIds> encoded =
        texts.stream().map(one -> tokenizer.encodeTyped(one.text(), one.second())).toList();
    int[] classes = texts.stream().mapToInt(LabelledText::label).toArray();
    Batch batch = Batch.ofClasses(encoded.stream().map(TypedIds::ids).toList(), classes);
    return isTyped ? batch.typed(encoded.stream().map(TypedIds::types).toList()) : batch;
  }
}
