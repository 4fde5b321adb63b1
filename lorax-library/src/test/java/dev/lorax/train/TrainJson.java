package dev.lorax.train;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.lorax.tensor.Tensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.stream.IntStream;

/** Numbers that other libraries computed, kept beside the tests of training. */
final class TrainJson {
  private TrainJson() {}

  static JsonNode read(String name) {
    try {
      return new ObjectMapper()
          .readTree(TrainJson.class.getResourceAsStream("/train/%s.json".formatted(name)));
    } catch (IOException broken) {
      throw new UncheckedIOException(broken);
    }
  }

  static double[] doubles(JsonNode list) {
    return IntStream.range(0, list.size()).mapToDouble(i -> list.get(i).doubleValue()).toArray();
  }

  static long[] longs(JsonNode list) {
    return IntStream.range(0, list.size()).mapToLong(i -> list.get(i).longValue()).toArray();
  }

  /** A float32 tensor. */
  static Tensor floats(JsonNode list, long... shape) {
    float[] values = new float[list.size()];
    IntStream.range(0, values.length).forEach(i -> values[i] = (float) list.get(i).doubleValue());
    return Tensor.of(values, shape);
  }
}
