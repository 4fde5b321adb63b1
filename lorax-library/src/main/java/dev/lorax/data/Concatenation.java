package dev.lorax.data;

import java.util.List;
import java.util.function.BiFunction;

/**
 * Samples of several sources, numbered through.
 *
 * @param parts the sources in order
 */
record Concatenation(List<Examples> parts) implements Examples {
  Concatenation {
    long count = parts.stream().mapToLong(Examples::count).sum();
    if (count > Integer.MAX_VALUE) {
      throw new IllegalArgumentException("%d samples are more than 2^31 - 1".formatted(count));
    }
  }

  @Override
  public int count() {
    return parts.stream().mapToInt(Examples::count).sum();
  }

  @Override
  public int length(int index) {
    return ask(index, Examples::length);
  }

  @Override
  public List<Example> examples(int index) {
    return ask(index, Examples::examples);
  }

  @Override
  public String place(int index) {
    return ask(index, Examples::place);
  }

  private <T> T ask(int index, BiFunction<Examples, Integer, T> question) {
    int within = index;
    for (Examples part : parts) {
      if (within < part.count()) {
        return question.apply(part, within);
      }
      within -= part.count();
    }
    throw new IndexOutOfBoundsException("sample %d of %d".formatted(index, count()));
  }
}
