package dev.lorax.jinja;

import java.util.AbstractList;
import java.util.RandomAccess;

/** Python's tuple: a list that prints with parentheses and equals no list. */
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
}
