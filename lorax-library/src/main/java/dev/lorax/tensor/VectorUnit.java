package dev.lorax.tensor;

import java.util.Optional;

/** Whether products run on the processor's vectors from Java, and if not, why. */
public final class VectorUnit {
  private static final String MODULE = "jdk.incubator.vector";
  private static final String REASON;
  private static final Products PRODUCTS;

  static {
    Products found = null;
    String reason = "on";
    if (ModuleLayer.boot().findModule(MODULE).isEmpty()) {
      reason = "off: start Java with --add-modules " + MODULE;
    } else {
      try {
        found =
            (Products)
                Class.forName("dev.lorax.tensor.VectorProducts")
                    .getDeclaredConstructor()
                    .newInstance();
      } catch (ReflectiveOperationException | LinkageError unfit) {
        Throwable cause = unfit.getCause() == null ? unfit : unfit.getCause();
        reason = "off: " + cause.getMessage();
      }
    }
    PRODUCTS = found;
    REASON = reason;
  }

  private VectorUnit() {}

  /** "on", or "off" with the reason and what to do. */
  public static String description() {
    return "vector kernels: " + REASON;
  }

  static Optional<Products> products() {
    return Optional.ofNullable(PRODUCTS);
  }
}
