package dev.lorax.tensor;

import java.util.Optional;

/** Whether products run on the processor's vectors from Java, and if not, why. */
public final class VectorUnit {
  private static final String MODULE = "jdk.incubator.vector";
  private static final String REASON;
  private static final Products PRODUCTS;
  private static final Vectors VECTORS;
  private static final Sweeps SWEEPS;

  static {
    Products found = null;
    Vectors vectors = null;
    Sweeps sweeps = null;
    String reason = "on";
    if (ModuleLayer.boot().findModule(MODULE).isEmpty()) {
      reason = "off: start Java with --add-modules " + MODULE;
    } else {
      try {
        found = (Products) make("dev.lorax.tensor.VectorProducts");
        vectors = (Vectors) make("dev.lorax.tensor.HeapVectors");
        sweeps = (Sweeps) make("dev.lorax.tensor.NativeSweeps");
      } catch (ReflectiveOperationException | LinkageError unfit) {
        Throwable cause = unfit.getCause() == null ? unfit : unfit.getCause();
        reason = "off: " + cause.getMessage();
      }
    }
    PRODUCTS = found;
    VECTORS = vectors;
    SWEEPS = sweeps;
    REASON = reason;
  }

  private VectorUnit() {}

  private static Object make(String name) throws ReflectiveOperationException {
    return Class.forName(name).getDeclaredConstructor().newInstance();
  }

  /** "on", or "off" with the reason and what to do. */
  public static String description() {
    return "vector kernels: " + REASON;
  }

  /** Whether products run on the processor's vectors from Java. */
  public static boolean isOn() {
    return VECTORS != null;
  }

  /**
   * Makes the kernels fast beforehand, where they are on: it takes some tenths of a second of one
   * thread, and is best done while something else loads. Nothing waits for it.
   */
  public static void warmUp() {
    vectors().ifPresent(Practice::run);
  }

  /** Whether this Java's vectors are loaded from memory segments, not from byte buffers. */
  static boolean isSegmented() {
    return Runtime.version().feature() >= 22;
  }

  static Optional<Vectors> vectors() {
    return Optional.ofNullable(VECTORS);
  }

  static Optional<Sweeps> sweeps() {
    return Optional.ofNullable(SWEEPS);
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
