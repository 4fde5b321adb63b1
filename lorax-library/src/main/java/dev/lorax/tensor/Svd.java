package dev.lorax.tensor;

import org.bytedeco.pytorch.T_TensorTensorTensor_T;
import org.bytedeco.pytorch.T_TensorTensor_T;
import org.bytedeco.pytorch.global.torch;

/**
 * A matrix as the product of its singular vectors and values: {@code left · diag(values) · right},
 * the largest values first.
 *
 * @param left [m, k], with orthonormal columns
 * @param values [k]
 * @param right [k, n], with orthonormal rows
 */
public record Svd(Tensor left, Tensor values, Tensor right) {
  /** Columns of a sketch beyond the rank that is wanted (Halko et al. 2011, section 4.2). */
  private static final long OVERSAMPLING = 8;

  /** All singular values of a float32 or float64 matrix [m, n], exactly. */
  public static Svd of(Tensor matrix) {
    T_TensorTensorTensor_T parts = torch.svd(matrix.pointer(), true, true);
    Tensor right = new Tensor(parts.get2()); // [n, k]
    return new Svd(new Tensor(parts.get0()), new Tensor(parts.get1()), right.transpose(0, 1));
  }

  /**
   * All singular values of a product {@code left · right}, of [m, r] and [r, n], which is never
   * formed: the factors' QR leave a matrix of r by r. Computed in float64, at a cost of r² (m + n).
   */
  public static Svd ofProduct(Tensor left, Tensor right) {
    Tensor[] tall = qr(left.to(DType.F64));
    Tensor[] wide = qr(right.to(DType.F64).transpose(0, 1));
    Svd core = of(tall[1].matmul(wide[1].transpose(0, 1)));
    return new Svd(
        tall[0].matmul(core.left), core.values, core.right.matmul(wide[0].transpose(0, 1)));
  }

  /**
   * About the largest singular values, from a random sketch (Halko, Martinsson &amp; Tropp 2011,
   * algorithm 4.4): for large matrices many times as fast.
   *
   * @param rank how many values
   * @param iterations of the power method; each makes it more exact
   */
  public static Svd fast(Tensor matrix, int rank, int iterations, long seed) {
    long wanted = Math.min(rank + OVERSAMPLING, Math.min(matrix.size(0), matrix.size(1)));
    Tensor sketch = Tensor.normal(matrix.dtype(), 1, seed, matrix.size(1), wanted);
    Tensor range = orthonormal(matrix.matmul(sketch)); // [m, wanted]
    for (int i = 0; i < iterations; i++) {
      range = orthonormal(matrix.matmul(orthonormal(matrix.transpose(0, 1).matmul(range))));
    }
    Svd small = of(range.transpose(0, 1).matmul(matrix));
    return new Svd(range.matmul(small.left), small.values, small.right).truncated(rank);
  }

  /** The largest values alone. */
  public Svd truncated(int rank) {
    long kept = Math.min(rank, values.size(0));
    return new Svd(left.narrow(1, 0, kept), values.narrow(0, 0, kept), right.narrow(0, 0, kept));
  }

  /** An orthonormal basis of the columns, of the matrix's shape if it is tall: the Q of QR. */
  public static Tensor orthonormal(Tensor matrix) {
    return qr(matrix)[0];
  }

  /** Q [m, k] and the upper triangle R [k, n], whose product is the matrix. */
  public static Tensor[] qr(Tensor matrix) {
    T_TensorTensor_T parts = torch.linalg_qr(matrix.pointer());
    return new Tensor[] {new Tensor(parts.get0()), new Tensor(parts.get1())};
  }
}
