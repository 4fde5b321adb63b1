package dev.lorax.tensor;

import org.bytedeco.javacpp.PointerScope;

/**
 * Owns the tensors that its thread creates while it is open, and frees them on close.
 *
 * <p>Scopes nest; a tensor belongs to the innermost. Every hot path of Lorax runs inside one, so
 * that no native memory waits for the garbage collector. Ordinary users never write one: trainer
 * and generation open theirs, and hand out Java values only.
 */
public final class Scope implements AutoCloseable {
  private final PointerScope pointers;

  /** Opens a scope on this thread. */
  public Scope() {
    Engine.start();
    pointers = new PointerScope();
  }

  /** Takes a tensor out of this scope: from now on it lives until somebody closes it. */
  public Tensor release(Tensor tensor) {
    tensor.pointer().retainReference();
    pointers.detach(tensor.pointer());
    return tensor;
  }

  /** Takes charge of a tensor that has no scope: it will be freed when this one closes. */
  public Tensor adopt(Tensor tensor) {
    pointers.attach(tensor.pointer());
    tensor.pointer().releaseReference();
    return tensor;
  }

  @Override
  public void close() {
    pointers.close();
  }
}
