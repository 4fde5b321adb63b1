package dev.lorax.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.lorax.tensor.BlockScales;
import dev.lorax.tensor.DType;
import dev.lorax.tensor.Int8Weight;
import dev.lorax.tensor.Nf4Weight;
import dev.lorax.tensor.Precision;
import dev.lorax.tensor.Scope;
import dev.lorax.tensor.Shape;
import dev.lorax.tensor.Tensor;
import dev.lorax.tensor.Weight;
import java.io.IOException;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;

/**
 * A matrix as bitsandbytes stores it: its numbers under the weight's own name, and beside them what
 * they mean.
 *
 * <pre>
 * NAME.weight                               uint8 [numbers / 2, 1]  two 4-bit normal floats a byte
 * NAME.weight.absmax                        a scale for each block, float32 or a code of 8 bits
 * NAME.weight.nested_absmax, …_quant_map    what those codes mean
 * NAME.weight.quant_state.bitsandbytes__nf4 JSON: shape, type, blocks
 *
 * NAME.weight                               int8 [out, in]
 * NAME.SCB                                  the largest number of each row, float32
 * </pre>
 */
public final class BitsAndBytes {
  private static final String STATE = ".quant_state.bitsandbytes__nf4";
  private static final float STEPS = 7.874015718698502e-3f; // 1 / 127, as bitsandbytes has it

  private final Weights files;
  private final String name;

  private BitsAndBytes(Weights files, String name) {
    this.files = files;
    this.name = name;
  }

  /** Whether the weight of that name is such a matrix. */
  static boolean holds(Weights files, String name) {
    BitsAndBytes matrix = of(files, name);
    return matrix.isFour() || matrix.isEight();
  }

  /** The matrix whose weight has that name. */
  static BitsAndBytes of(Weights files, String name) {
    return new BitsAndBytes(files, name);
  }

  /** The names of all that is stored of such matrices. */
  public static Set<String> names(Weights files) {
    Set<String> names = new LinkedHashSet<>();
    files.names().stream()
        .filter(name -> holds(files, name))
        .forEach(name -> names.addAll(of(files, name).parts()));
    return names;
  }

  private boolean isFour() {
    return files.info(name + STATE).isPresent();
  }

  private boolean isEight() {
    return files.info(module() + ".SCB").isPresent();
  }

  private String module() {
    return name.endsWith(".weight") ? name.substring(0, name.length() - 7) : name;
  }

  /** The names of all that is stored of it. */
  Set<String> parts() {
    Set<String> parts = new LinkedHashSet<>();
    parts.add(name);
    if (isEight()) {
      parts.add(module() + ".SCB");
      parts.add(module() + ".weight_format");
    } else {
      for (String part : files.names()) {
        if (part.startsWith(name + ".")) {
          parts.add(part);
        }
      }
    }
    return parts;
  }

  /** The form it is kept in. */
  Precision precision() {
    return isFour() ? Precision.NF4 : Precision.INT8;
  }

  /** What the matrix is, [out, in]. */
  Shape shape() {
    if (isEight()) {
      return files.info(name).orElseThrow().shape();
    }
    JsonNode lengths = state().path("shape");
    long[] shape = new long[lengths.size()];
    for (int i = 0; i < shape.length; i++) {
      shape[i] = lengths.get(i).asLong();
    }
    return Shape.of(shape);
  }

  /** What is wrong with it, if it should have that shape. */
  Optional<String> fault(Shape wanted) {
    if (!shape().equals(wanted)) {
      return Optional.of("%s is %s instead of %s".formatted(name, shape(), wanted));
    }
    long bytes = files.info(name).orElseThrow().bytes();
    boolean whole =
        isEight() || state().path("blocksize").asInt() > 1 && 2 * bytes == wanted.size();
    return whole
        ? Optional.empty()
        : Optional.of("%s has %d bytes for %s in 4 bits".formatted(name, bytes, wanted));
  }

  /**
   * The matrix, or some of its rows, as they are stored; plain where they cannot be kept so.
   *
   * @param first the first row
   * @param count how many
   * @param type of the values where they are made plain
   */
  Weight read(long first, long count, DType type) {
    return isFour() ? four(first, count, type) : eight(first, count, type);
  }

  private Weight eight(long first, long count, DType type) {
    try (Scope scope = new Scope()) {
      Tensor codes = scope.adopt(files.get(name)).narrow(0, first, count);
      Tensor scales = scope.adopt(files.get(module() + ".SCB")).view(-1).narrow(0, first, count);
      return Int8Weight.fits(codes.shape())
          ? Int8Weight.of(codes, scales.mul(STEPS).toFloats(), type)
          : scope.release(
              codes.to(DType.F32).mul(scales.view(-1, 1).mul(STEPS)).to(type).contiguous());
    }
  }

  private Weight four(long first, long count, DType type) {
    JsonNode state = state();
    int block = state.path("blocksize").asInt();
    long in = shape().get(1);
    try (Scope scope = new Scope()) {
      Tensor packed = scope.adopt(files.get(name)).view(-1).viewAs(DType.U8);
      BlockScales all = scales(state, block, scope);
      if (!Nf4Weight.fits(shape(), block) || !all.cuts(first * in / block)) {
        Tensor whole = Nf4Weight.values(shape(), packed, all);
        return scope.release(whole.narrow(0, first, count).to(type).handle());
      }
      Tensor some = packed.narrow(0, first * in / 2, count * in / 2);
      BlockScales scales = all.cut(first * in / block, count * in / block);
      scales.tensors().forEach(scope::release);
      return Nf4Weight.of(Shape.of(count, in), type, scope.release(some), scales);
    }
  }

  private BlockScales scales(JsonNode state, int block, Scope scope) {
    Tensor stored = scope.adopt(files.get(name + ".absmax")).view(-1);
    if (!state.has("nested_blocksize")) {
      return new BlockScales.Exact(block, stored.toFloats());
    }
    return new BlockScales.Doubled(
        block,
        stored,
        scope.adopt(files.get(name + ".nested_quant_map")).toFloats(),
        state.path("nested_blocksize").asInt(),
        scope.adopt(files.get(name + ".nested_absmax")).toFloats(),
        (float) state.path("nested_offset").asDouble());
  }

  private JsonNode state() {
    try (Tensor bytes = files.get(name + STATE)) {
      long[] values = bytes.toLongs();
      byte[] json = new byte[values.length];
      for (int i = 0; i < json.length; i++) {
        json[i] = (byte) values[i];
      }
      return new ObjectMapper().readTree(json);
    } catch (IOException damaged) {
      throw new IllegalArgumentException(name + STATE + " is no JSON", damaged);
    }
  }
}
