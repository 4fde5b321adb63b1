package dev.lorax.elixir;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/** Writes what {@code Nx.serialize} writes, right files and wrong ones. */
final class NxBytes {
  /** A tensor to be written: its elements are in {@code content} already. */
  record Stored(String kind, int bits, int[] shape, byte[] content) {
    static Stored floats(float[] values, int... shape) {
      ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
      bytes.asFloatBuffer().put(values);
      return new Stored("f", 32, shape, bytes.array());
    }
  }

  private static final String MAP = "Elixir.Nx.Container.Map";
  private static final Stored RANDOM_STATE = new Stored("u", 32, new int[] {2}, new byte[8]);

  private final ByteArrayOutputStream buffers = new ByteArrayOutputStream();

  private NxBytes() {}

  /** A file with those layers, and a dropout layer besides, as training leaves it. */
  static byte[] file(Map<String, Map<String, Stored>> layers) {
    NxBytes nx = new NxBytes();
    byte[] dropout = nx.tuple2(binary("dropout_0"), nx.map(Map.of("key", RANDOM_STATE)));
    byte[] pairs = dropout;
    for (Map.Entry<String, Map<String, Stored>> layer : layers.entrySet()) {
      pairs = join(pairs, nx.tuple2(binary(layer.getKey()), nx.map(layer.getValue())));
    }
    byte[] term = join(bytes(131), container(layers.size() + 1, pairs));
    return file(term, nx.buffers.toByteArray());
  }

  static byte[] file(byte[] term, byte[] buffers) {
    byte[] header = ByteBuffer.allocate(12).put(bytes('n', 'x', 1, 0)).putLong(term.length).array();
    return join(header, term, buffers);
  }

  private byte[] map(Map<String, Stored> tensors) {
    byte[] pairs = {};
    for (Map.Entry<String, Stored> tensor : tensors.entrySet()) {
      pairs = join(pairs, tuple2(binary(tensor.getKey()), tensor(tensor.getValue())));
    }
    return container(tensors.size(), pairs);
  }

  /** {Nx.Container.Map, pairs, :ok}. */
  static byte[] container(int count, byte[] pairs) {
    byte[] list = join(bytes(108), int4(count), pairs, bytes(106));
    return join(bytes(104, 3), atom(MAP), list, atom("ok"));
  }

  private byte[] tensor(Stored tensor) {
    byte[] shape = bytes(104, tensor.shape().length);
    for (int length : tensor.shape()) {
      shape = join(shape, bytes(98), int4(length));
    }
    byte[] type = join(bytes(104, 2), atom(tensor.kind()), bytes(97, tensor.bits()));
    byte[] places = join(bytes(98), int4(buffers.size()), bytes(98), int4(tensor.content().length));
    buffers.writeBytes(tensor.content());
    byte[] names = join(bytes(108), int4(1), atom("nil"), bytes(106));
    return join(bytes(104, 7), atom("t"), shape, type, names, bytes(106), places);
  }

  byte[] tuple2(byte[] first, byte[] second) {
    return join(bytes(104, 2), first, second);
  }

  static byte[] atom(String name) {
    return join(bytes(119, name.length()), name.getBytes(StandardCharsets.UTF_8));
  }

  static byte[] binary(String text) {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    return join(bytes(109), int4(utf8.length), utf8);
  }

  static byte[] int4(int value) {
    return ByteBuffer.allocate(4).putInt(value).array();
  }

  static byte[] bytes(int... values) {
    byte[] bytes = new byte[values.length];
    for (int i = 0; i < values.length; i++) {
      bytes[i] = (byte) values[i];
    }
    return bytes;
  }

  static byte[] join(byte[]... parts) {
    ByteArrayOutputStream whole = new ByteArrayOutputStream();
    List.of(parts).forEach(whole::writeBytes);
    return whole.toByteArray();
  }
}
