package dev.lorax.tensor;

import java.util.Optional;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.openblas.global.openblas_nolapack;
import org.bytedeco.pytorch.global.torch;

/**
 * The one place where libtorch is loaded and set up.
 *
 * <p>Four settings decide whether libtorch is usable from Java: JavaCPP must not count physical
 * memory (it throws far below the machine's limit, and reading the counter costs more than a small
 * product); OpenBLAS keeps to one thread, since its pool and OpenMP's would fight; OpenMP gets all
 * cores; float32 products run on oneDNN where that is exact.
 */
public final class Engine {
  private static final double EXACT = 1e-5;

  /** Which build of a library JavaCPP loads: "" the plain one, "-gpu" CUDA's; unset, it tries. */
  private static final String EXTENSION = "org.bytedeco.javacpp.platform.extension";

  /** What was missing when the class was initialised; an error there would hide its reason. */
  private static final Optional<LinkageError> MISSING;

  static {
    System.setProperty("org.bytedeco.javacpp.maxPhysicalBytes", "0");
    System.setProperty("org.bytedeco.javacpp.maxBytes", "0");
    lookForCudaWhereItIsUsed();
    MISSING = libraries();
    if (MISSING.isEmpty()) {
      setThreads(Runtime.getRuntime().availableProcessors());
      preferOneDnn();
    }
  }

  private Engine() {}

  /**
   * Loads libtorch if that has not happened yet.
   *
   * @throws UnsupportedPlatformException if the class path has no native library for this platform
   */
  static void start() {
    if (MISSING != null && MISSING.isPresent()) { // null: still setting up, by way of a scope
      throw new UnsupportedPlatformException(Loader.getPlatform(), MISSING.get());
    }
  }

  /**
   * Loads libtorch now, where otherwise the first tensor would: called on a thread of its own at
   * the start of a program, it spares that tensor a third of a second.
   *
   * <p>It never fails: what is missing is told to whoever makes a tensor. Those who need libtorch
   * meanwhile wait. The process should not exit while it runs.
   */
  public static void load() {} // the initialisation of this class has done it, once

  /** Sets the number of threads that one product, norm or attention may use. */
  public static void threads(int count) {
    start();
    if (count < 1) {
      throw new IllegalArgumentException("Threads must be at least 1, not " + count);
    }
    setThreads(count);
  }

  /** The number of threads that one product, norm or attention may use. */
  public static int threads() {
    start();
    return torch.get_num_threads();
  }

  /**
   * Without libtorch's CUDA build on the class path, JavaCPP need not look for the thirty libraries
   * of CUDA in eight places each, which takes as long as loading libtorch.
   */
  private static void lookForCudaWhereItIsUsed() {
    String build = "/org/bytedeco/pytorch/%s-gpu/%s";
    String library = System.mapLibraryName("jnitorch");
    if (System.getProperty(EXTENSION) == null
        && torch.class.getResource(build.formatted(Loader.getPlatform(), library)) == null) {
      System.setProperty(EXTENSION, "");
    }
  }

  private static Optional<LinkageError> libraries() {
    try {
      Loader.load(torch.class);
      return Optional.empty();
    } catch (LinkageError missing) {
      return Optional.of(missing);
    }
  }

  private static void setThreads(int count) {
    openblas_nolapack.blas_set_num_threads(1);
    torch.set_num_threads(count);
  }

  /**
   * 'medium' sends float32 products to oneDNN, up to twice as fast as OpenBLAS. On processors with
   * AMX it may compute in bfloat16; then the setting is taken back.
   */
  private static void preferOneDnn() {
    try (Scope scope = new Scope()) {
      torch.globalContext().setFloat32MatmulPrecision("medium");
      if (productError() > EXACT) {
        torch.globalContext().setFloat32MatmulPrecision("highest");
      }
    }
  }

  private static double productError() {
    Tensor a = Tensor.uniform(DType.F32, -1, 1, 17, 64, 64);
    Tensor product = a.matmul(a);
    Tensor exact = a.to(DType.F64).matmul(a.to(DType.F64));
    return product.to(DType.F64).sub(exact).abs().max().item() / exact.abs().max().item();
  }
}
