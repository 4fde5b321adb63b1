package dev.lorax.data;

/** Finds where the records of a file begin, while its bytes pass by once. */
interface Framing {
  /**
   * Takes the next bytes.
   *
   * @param place of the first of them in the file
   */
  void scan(byte[] bytes, int count, long place, RecordIndex index);

  /** What is unfinished at the end of the file, or null. */
  default String unfinished() {
    return null;
  }

  /** Every line that is not blank is a record. */
  final class Lines implements Framing {
    private boolean inside;

    @Override
    public void scan(byte[] bytes, int count, long place, RecordIndex index) {
      int i = 0;
      while (i < count) {
        if (inside) {
          while (i < count && bytes[i] != '\n') {
            i++;
          }
          inside = i == count;
        } else if (!blank(bytes[i])) {
          index.add(place + i);
          inside = true;
        }
        i++;
      }
    }
  }

  /** Rows as RFC 4180 writes them: a quoted cell may hold line breaks. */
  final class Rows implements Framing {
    private enum State {
      OUTSIDE,
      CELL_START,
      PLAIN,
      QUOTED,
      QUOTE
    }

    private State state = State.OUTSIDE;

    @Override
    public void scan(byte[] bytes, int count, long place, RecordIndex index) {
      for (int i = 0; i < count; i++) {
        if (state == State.QUOTED) {
          while (i < count && bytes[i] != '"') {
            i++;
          }
          state = i < count ? State.QUOTE : State.QUOTED;
          continue;
        }
        byte next = bytes[i];
        if (state == State.OUTSIDE) {
          if (next == '\n' || next == '\r') {
            continue;
          }
          index.add(place + i);
          state = State.CELL_START;
        }
        state = after(next);
      }
    }

    private State after(byte next) {
      return switch (next) {
        case '\n' -> State.OUTSIDE;
        case ',' -> State.CELL_START;
        case '"' -> state == State.PLAIN ? State.PLAIN : State.QUOTED;
        default -> State.PLAIN;
      };
    }

    @Override
    public String unfinished() {
      return state == State.QUOTED ? "a quoted cell of this row is never closed" : null;
    }
  }

  /** The elements of one JSON array. */
  final class Elements implements Framing {
    private int depth;
    private boolean inside;
    private boolean text;
    private boolean escaped;

    @Override
    public void scan(byte[] bytes, int count, long place, RecordIndex index) {
      for (int i = 0; i < count; i++) {
        if (text) {
          while (!escaped && i < count && bytes[i] != '"' && bytes[i] != '\\') {
            i++;
          }
          text = i == count || escaped || bytes[i] != '"';
          escaped = i < count && !escaped && bytes[i] == '\\';
          continue;
        }
        byte next = bytes[i];
        if (depth == 1 && !inside && next != ',' && next != ']' && !blank(next)) {
          index.add(place + i);
          inside = true;
        }
        structure(next);
      }
    }

    private void structure(byte next) {
      switch (next) {
        case '"' -> text = true;
        case '[', '{' -> depth++;
        case ']', '}' -> depth--;
        case ',' -> inside = inside && depth > 1;
        default -> {}
      }
    }

    @Override
    public String unfinished() {
      return depth == 0 && !text ? null : "the array is not closed: the file may be cut off";
    }
  }

  private static boolean blank(byte next) {
    return next >= 0 && next <= ' ';
  }
}
