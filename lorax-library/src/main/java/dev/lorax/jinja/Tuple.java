package dev.lorax.jinja;

import java.util.AbstractList;
import java.util.Objects;
import java.util.RandomAccess;

/** Python's tuple: a list that prints with parentheses, equals no list, and may be a key. */
class Tuple extends AbstractList<Object> implements RandomAccess {
  private final Object[] items;

  Tuple(Object... items) {
    this.items = items;
  }

  @Override
  public Object get(int index) {
    return items[index];
  }

  @Override
  public int size() {
    return items.length;
  }

  @Override
  public boolean equals(Object other) {
    return Comparison.equal(this, other);
  }

  @Override
  public int hashCode() {
    int hash = 1;
    for (Object item : items) {
      hash = 31 * hash + Budget.nested(() -> Objects.hashCode(Values.key(item)));
    }
    return hash;
  }
}
