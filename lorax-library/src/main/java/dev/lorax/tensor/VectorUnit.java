package dev.lorax.tensor;

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

  /** Those on vectors, or where there are none, plain ones; the first time that is told. */
  static Products products() {
    return Chosen.PRODUCTS;
  }

  private static final class Chosen {
    static final Products PRODUCTS = choose();

    private static Products choose() {
      if (VectorUnit.PRODUCTS != null) {
        return VectorUnit.PRODUCTS;
      }
      System.getLogger(VectorUnit.class.getName())
          .log(
              System.Logger.Level.WARNING,
              "{0}; quantised products run without vectors, several times slower",
              description());
      return new ScalarProducts();
    }
  }
}
