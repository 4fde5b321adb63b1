/**
 * The binding to libtorch: tensors, their memory and their gradients.
 *
 * <pre>{@code
 * try (Scope scope = new Scope()) {
 *   Tensor x = Tensor.of(new float[] {1, 2, 3, 4}, 2, 2);
 *   Tensor y = x.matmul(x.transpose(0, 1));     // lives as long as the scope
 *   float[] values = y.toFloats();              // a Java value: crosses the border
 * }
 * }</pre>
 *
 * <p>This is the only package that sees {@code org.bytedeco}. {@link dev.lorax.tensor.Engine}
 * applies the settings without which libtorch is slow or leaks. Next: {@code dev.lorax.graph},
 * which says what a program is.
 */
package dev.lorax.tensor;
