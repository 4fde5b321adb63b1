package dev.lorax.checkpoint;

import static dev.lorax.checkpoint.CheckpointException.quote;

import dev.lorax.tensor.DType;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** All that a pickle may name: functions that make data from data, and types of numbers. */
final class TorchGlobals {
  /** A function without effects, in place of Python's. */
  @FunctionalInterface
  interface Maker {
    Object make(List<?> arguments, PickleInput in);
  }

  private static final Map<String, Object> KNOWN =
      Map.ofEntries(
          maker("collections.OrderedDict", TorchGlobals::dictionary),
          maker("torch.Size", TorchGlobals::first),
          maker("torch._utils._rebuild_tensor", StoredTensor::of),
          maker("torch._utils._rebuild_tensor_v2", TorchGlobals::tensor),
          maker("torch._utils._rebuild_parameter", TorchGlobals::first),
          maker("torch._utils._rebuild_parameter_with_state", TorchGlobals::first),
          Map.entry("torch.DoubleStorage", DType.F64),
          Map.entry("torch.FloatStorage", DType.F32),
          Map.entry("torch.BFloat16Storage", DType.BF16),
          Map.entry("torch.HalfStorage", DType.F16),
          Map.entry("torch.LongStorage", DType.I64),
          Map.entry("torch.IntStorage", DType.I32),
          Map.entry("torch.ShortStorage", DType.I16),
          Map.entry("torch.CharStorage", DType.I8),
          Map.entry("torch.ByteStorage", DType.U8),
          Map.entry("torch.BoolStorage", DType.BOOL));

  /** Harmless, but of kinds that are not read: complex, quantised, sparse, 8-bit floats. */
  private static final Pattern OTHER_TENSORS =
      Pattern.compile("torch\\.(storage\\.)?\\w+Storage|torch\\._utils\\._rebuild_\\w+");

  private TorchGlobals() {}

  private static Map.Entry<String, Object> maker(String name, Maker maker) {
    return Map.entry(name, maker);
  }

  /**
   * What a name stands for: a {@link Maker} or a {@link DType}.
   *
   * @throws CheckpointException for any other name
   */
  static Object find(String module, String name, PickleInput in) {
    String whole = module + "." + name;
    Object known = KNOWN.get(whole);
    if (known != null) {
      return known;
    }
    if (OTHER_TENSORS.matcher(whole).matches()) {
      String what = "holds a kind of tensor that is not read (%s): convert it to one of %s";
      throw in.refusal(what.formatted(whole, List.of(DType.values())));
    }
    String what =
        "asks to run %s, which is none of the functions that tensors are made by; refused, and"
            + " nothing was run: use the model's safetensors, or save its state_dict() alone";
    throw in.refusal(what.formatted(quote(whole)));
  }

  private static Object dictionary(List<?> arguments, PickleInput in) {
    if (!arguments.isEmpty()) {
      throw in.fault("has an OrderedDict that is made from something");
    }
    return new LinkedHashMap<>();
  }

  private static Object tensor(List<?> arguments, PickleInput in) {
    if (arguments.size() > 6 && arguments.get(6) instanceof Map<?, ?> lazy && !lazy.isEmpty()) {
      throw in.refusal(
          "holds a tensor that is lazily negated or conjugated: resolve it, save again");
    }
    return StoredTensor.of(arguments, in);
  }

  /** A parameter is its tensor, a size is its list. */
  private static Object first(List<?> arguments, PickleInput in) {
    if (arguments.isEmpty()) {
      throw in.fault("calls a function without arguments");
    }
    return arguments.get(0);
  }
}
