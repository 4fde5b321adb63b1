package dev.lorax.checkpoint;

import static dev.lorax.checkpoint.CheckpointException.quote;

import dev.lorax.checkpoint.TorchGlobals.Maker;
import java.io.IOException;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads a Python pickle as {@code torch.save} writes it, and executes nothing.
 *
 * <p>A pickle is a program for a stack machine. This one has the opcodes that make dictionaries,
 * lists, texts and numbers; a function by name is one that {@link TorchGlobals} knows, or the
 * pickle is refused. Lists and tuples become a {@code List}, None becomes null. Values may be
 * nested without end or hold themselves: never walk, hash or print one as a whole.
 *
 * <p>Every opcode makes at most one small object, so that their number bounds the memory.
 */
final class Pickle {
  private static final int MOST_STEPS = 2_000_000; // a tensor takes about 30

  private static final int LATEST_PROTOCOL = 5;
  private static final int LONGEST_INTEGER = 16;

  private final PickleInput in;
  private final List<Object> stack = new ArrayList<>();
  private final List<Integer> marks = new ArrayList<>(); // heights of the stack
  private final List<Object> memo = new ArrayList<>();
  private final Map<String, Storage> storages = new LinkedHashMap<>();

  Pickle(PickleInput in) {
    this.in = in;
  }

  /** The value that the pickle describes. */
  Object read() throws IOException {
    for (int steps = 0; steps < MOST_STEPS; steps++) {
      int opcode = in.unsignedByte();
      if (opcode == '.') {
        return pop();
      }
      step(opcode);
    }
    throw in.fault("has over 2 million steps, more than tensors need");
  }

  /** The storages that it names, by their keys. */
  Map<String, Storage> storages() {
    return storages;
  }

  private void step(int opcode) throws IOException {
    switch (opcode) {
      case 0x80 -> requireProtocol(in.unsignedByte());
      case 0x95 -> in.unsigned(8); // how many bytes to read ahead
      case '0' -> pop();
      case '(' -> marks.add(stack.size());
      case 'h' -> push(recall(in.unsigned(1)));
      case 'j' -> push(recall(in.unsigned(4)));
      case 'q' -> memorize(in.unsigned(1));
      case 'r' -> memorize(in.unsigned(4));
      case 0x94 -> memorize(memo.size());
      case 'c' -> push(TorchGlobals.find(in.line(), in.line(), in));
      case 0x93 -> pushGlobal();
      case 'R' -> push(call());
      case 'b' -> forgetState();
      case 'Q' -> push(storage());
      default -> collect(opcode);
    }
  }

  private void collect(int opcode) throws IOException {
    switch (opcode) {
      case '}' -> push(new LinkedHashMap<>());
      case ']' -> push(new ArrayList<>(0));
      case ')' -> push(List.of());
      case 't' -> push(sinceMark());
      case 0x85 -> push(last(1));
      case 0x86 -> push(last(2));
      case 0x87 -> push(last(3));
      case 'a' -> append(last(1));
      case 'e' -> append(sinceMark());
      case 's' -> put(last(2));
      case 'u' -> put(sinceMark());
      default -> pushPlain(opcode);
    }
  }

  private void pushPlain(int opcode) throws IOException {
    push(
        switch (opcode) {
          case 'N' -> null;
          case 0x88 -> true;
          case 0x89 -> false;
          case 'J' -> (long) (int) in.unsigned(4);
          case 'K' -> in.unsigned(1);
          case 'M' -> in.unsigned(2);
          case 0x8a -> integer(in.unsigned(1));
          case 0x8b -> integer(in.unsigned(4));
          case 'G' -> Double.longBitsToDouble(Long.reverseBytes(in.unsigned(8)));
          case 0x8c -> in.text(in.unsigned(1));
          case 'X' -> in.text(in.unsigned(4));
          case 0x8d -> in.text(in.unsigned(8));
          case 'C' -> in.bytes(in.unsigned(1));
          case 'B' -> in.bytes(in.unsigned(4));
          case 0x8e, 0x96 -> in.bytes(in.unsigned(8));
          default ->
              throw in.fault(
                  "has the opcode 0x%02x, which torch.save never needs".formatted(opcode));
        });
  }

  private void requireProtocol(int protocol) {
    if (protocol > LATEST_PROTOCOL) {
      throw in.fault("is of the unknown protocol %d".formatted(protocol));
    }
  }

  private Object integer(long length) throws IOException {
    if (length > LONGEST_INTEGER) {
      throw in.fault("has a whole number of %d bytes".formatted(length));
    }
    if (length <= Long.BYTES) {
      int unused = Long.SIZE - (int) length * Byte.SIZE;
      return length == 0 ? 0L : in.unsigned((int) length) << unused >> unused;
    }
    byte[] bytes = in.bytes(length);
    byte[] reversed = new byte[bytes.length];
    for (int i = 0; i < bytes.length; i++) {
      reversed[i] = bytes[bytes.length - 1 - i];
    }
    return new BigInteger(reversed);
  }

  // ---- functions

  private void pushGlobal() {
    List<Object> names = last(2);
    if (!(names.get(0) instanceof String module && names.get(1) instanceof String name)) {
      throw in.fault("names a function by something else than texts");
    }
    push(TorchGlobals.find(module, name, in));
  }

  private Object call() {
    List<Object> both = last(2);
    if (both.get(0) instanceof Maker maker && both.get(1) instanceof List<?> arguments) {
      return maker.make(arguments, in);
    }
    throw in.fault("calls something that is no function");
  }

  /** What a module's dictionary says besides its tensors, such as versions, is not needed. */
  private void forgetState() {
    pop();
    if (!(top() instanceof Map)) {
      throw in.fault("sets the state of something else than a dictionary");
    }
  }

  private Storage storage() {
    Storage storage = Storage.of(pop(), in);
    Storage known = storages.putIfAbsent(storage.key(), storage);
    if (known != null && !known.equals(storage)) {
      throw in.fault("describes the storage %s in two ways".formatted(quote(storage.key())));
    }
    return storage;
  }

  // ---- collections

  @SuppressWarnings("unchecked") // all lists are of objects
  private void append(List<Object> items) {
    if (!(top() instanceof ArrayList<?> list)) {
      throw in.fault("appends to something else than a list");
    }
    ((ArrayList<Object>) list).addAll(items);
  }

  @SuppressWarnings("unchecked") // all maps are of objects
  private void put(List<Object> items) {
    if (!(top() instanceof Map<?, ?> map) || items.size() % 2 != 0) {
      throw in.fault("puts something else than pairs into a dictionary");
    }
    for (int i = 0; i < items.size(); i += 2) {
      Object key = items.get(i);
      if (!(key instanceof String || key instanceof Long)) { // others may be endless to hash
        throw in.fault("has a key in a dictionary that is neither a text nor a whole number");
      }
      if (map.containsKey(key)) {
        throw in.fault("has a key twice in a dictionary");
      }
      ((Map<Object, Object>) map).put(key, items.get(i + 1));
    }
  }

  // ---- memory

  private Object recall(long place) {
    if (place >= memo.size()) {
      throw in.fault("recalls a value that it has not memorized");
    }
    return memo.get((int) place);
  }

  /** Places are given in order, so that a hostile one cannot make room for billions. */
  private void memorize(long place) {
    if (place > memo.size()) {
      throw in.fault("memorizes a value out of order");
    }
    if (place == memo.size()) {
      memo.add(top());
    } else {
      memo.set((int) place, top());
    }
  }

  private void push(Object value) {
    stack.add(value);
  }

  private Object pop() {
    return last(1).get(0);
  }

  private Object top() {
    require(1);
    return stack.get(stack.size() - 1);
  }

  private List<Object> last(int count) {
    require(count);
    return cut(stack.size() - count);
  }

  private void require(int count) {
    int floor = marks.isEmpty() ? 0 : marks.get(marks.size() - 1);
    if (stack.size() - floor < count) {
      throw in.fault("takes a value from an empty stack");
    }
  }

  private List<Object> sinceMark() {
    if (marks.isEmpty()) {
      throw in.fault("ends a collection that it has not begun");
    }
    return cut(marks.remove(marks.size() - 1));
  }

  private List<Object> cut(int height) {
    List<Object> tail = stack.subList(height, stack.size());
    List<Object> items = new ArrayList<>(tail);
    tail.clear();
    return items;
  }
}
