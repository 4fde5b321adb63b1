package dev.lorax.tensor;

import org.bytedeco.pytorch.Dispatcher;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.IValueVector;
import org.bytedeco.pytorch.OperatorHandle;

/** One of libtorch's operators that has no method in Java, called by its name. */
final class NativeOp {
  private final OperatorHandle operator;

  /**
   * Finds an operator, such as {@code aten::_softmax_backward_data}.
   *
   * @param overload which of that name; one called {@code out} writes where its last argument says
   */
  NativeOp(String name, String overload) {
    Engine.start();
    operator = Dispatcher.singleton().findSchemaOrThrow(name, overload);
    operator.retainReference(); // not the scope's that happens to be open
  }

  /** Calls it with tensors, longs, doubles and booleans; its one result is a tensor. */
  Tensor call(Object... arguments) {
    IValueVector stack = new IValueVector();
    for (Object argument : arguments) {
      stack.push_back(value(argument));
    }
    operator.callBoxed(stack);
    return new Tensor(stack.get(stack.size() - 1).toTensor());
  }

  private static IValue value(Object argument) {
    if (argument instanceof Tensor tensor) {
      return new IValue(tensor.pointer());
    }
    if (argument instanceof Long number) {
      return new IValue((long) number);
    }
    if (argument instanceof Double number) {
      return new IValue((double) number);
    }
    return new IValue((boolean) argument);
  }
}
