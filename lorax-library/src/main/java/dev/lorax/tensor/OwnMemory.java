package dev.lorax.tensor;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.pytorch.DeviceOptional;
import org.bytedeco.pytorch.PointerConsumer;
import org.bytedeco.pytorch.global.torch;

/**
 * Tensors over memory that the engine did not allocate, and what happens to it when the last handle
 * and view of such a tensor is closed. An address belongs to one tensor of each kind at a time.
 */
final class OwnMemory {
  private final Map<Long, Runnable> ends = new ConcurrentHashMap<>();
  private final Closing closing = new Closing();

  /**
   * A tensor there.
   *
   * @param end is run when the engine would free it, on whichever thread that is; must not throw
   */
  Tensor tensor(Pointer memory, DType type, long[] shape, Runnable end) {
    ends.put(memory.address(), end);
    return new Tensor(
        torch.from_blob(memory, shape, closing, Tensor.options(type), new DeviceOptional()));
  }

  /** Whether there is a tensor that begins there. */
  boolean isAt(long address) {
    return ends.containsKey(address);
  }

  private final class Closing extends PointerConsumer {
    Closing() {
      retainReference(); // beyond the scope that is open
    }

    @Override
    public void call(Pointer memory) {
      ends.remove(memory.address()).run();
    }
  }
}
