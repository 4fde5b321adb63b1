package dev.lorax.tensor;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.Generator;
import org.bytedeco.pytorch.GeneratorOptional;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * An n-dimensional array in native memory, with its element type, shape and gradient.
 *
 * <p>A tensor belongs to the {@link Scope} that was open when it was made; without one it lives
 * until {@link #close()}. Methods return new tensors and leave this one alone, except those whose
 * name says so ({@code ...InPlace}). Views ({@link #view}, {@link #narrow}, {@link #transpose})
 * share memory with what they were made from, and keep it alive.
 */
public final class Tensor implements Weight {
  private static final long LEAST_MAPPED = 1 << 20; // bytes

  private final org.bytedeco.pytorch.Tensor pointer;
  private Shape shape;
  private DType dtype;

  Tensor(org.bytedeco.pytorch.Tensor pointer) {
    this.pointer = pointer;
  }

  org.bytedeco.pytorch.Tensor pointer() {
    return pointer;
  }

  // ---- making

  /** A float32 tensor with a copy of those values. */
  public static Tensor of(float[] values, long... shape) {
    Tensor tensor = empty(DType.F32, sized(values.length, shape));
    if (values.length > 0) { // an empty tensor has no memory
      new FloatPointer(tensor.pointer.data_ptr_float()).put(values, 0, values.length);
    }
    return tensor;
  }

  /** A float64 tensor with a copy of those values. */
  public static Tensor of(double[] values, long... shape) {
    Tensor tensor = empty(DType.F64, sized(values.length, shape));
    if (values.length > 0) { // an empty tensor has no memory
      new DoublePointer(tensor.pointer.data_ptr_double()).put(values, 0, values.length);
    }
    return tensor;
  }

  /** An int64 tensor with a copy of those values. */
  public static Tensor of(long[] values, long... shape) {
    Tensor tensor = empty(DType.I64, sized(values.length, shape));
    if (values.length > 0) { // an empty tensor has no memory
      new LongPointer(tensor.pointer.data_ptr_long()).put(values, 0, values.length);
    }
    return tensor;
  }

  /** A tensor whose values are not set. */
  public static Tensor empty(DType type, long... shape) {
    Tensor lent = BufferPool.lend(type, shape);
    return lent == null ? allocated(type, shape) : lent;
  }

  private static Tensor allocated(DType type, long... shape) {
    return new Tensor(torch.empty(shape, options(type), new MemoryFormatOptional()));
  }

  /**
   * The same for values that live long, in {@link Pages} where there are any: between values that
   * come and go they would leave gaps.
   */
  static Tensor mapped(DType type, long... shape) {
    long bytes = Shape.of(shape).size() * type.bytes();
    Optional<Tensor> pages = bytes < LEAST_MAPPED ? Optional.empty() : Pages.take(bytes);
    return pages
        .map(memory -> memory.viewAs(type).view(shape))
        .orElseGet(() -> allocated(type, shape));
  }

  /**
   * A result of the engine, in memory that was lent for it or, where that is null, in its own.
   *
   * @param into writes the result there
   * @param own makes it
   */
  static Tensor written(
      Tensor lent,
      Consumer<org.bytedeco.pytorch.Tensor> into,
      Supplier<org.bytedeco.pytorch.Tensor> own) {
    if (lent == null) {
      return new Tensor(own.get());
    }
    into.accept(lent.pointer);
    return lent;
  }

  /** A tensor of zeros. */
  public static Tensor zeros(DType type, long... shape) {
    return new Tensor(torch.zeros(shape, options(type)));
  }

  /** Values drawn evenly from [low, high), the same for the same seed. */
  public static Tensor uniform(DType type, double low, double high, long seed, long... shape) {
    Tensor tensor = empty(type, shape);
    tensor.pointer.uniform_(low, high, generator(seed));
    return tensor;
  }

  /** Values drawn from a normal distribution with mean 0, the same for the same seed. */
  public static Tensor normal(DType type, double deviation, long seed, long... shape) {
    Tensor tensor = empty(type, shape);
    tensor.pointer.normal_(0, deviation, generator(seed));
    return tensor;
  }

  /** Ones with that probability, else zeros, in this tensor's shape and type. */
  public Tensor bernoulliLike(double probability, long seed) {
    Tensor tensor = empty(dtype(), shape().toArray());
    tensor.pointer.bernoulli_(probability, generator(seed));
    return tensor;
  }

  /** The whole numbers from 0 up to {@code count}, as int64. */
  public static Tensor range(long count) {
    TensorOptions whole = options(DType.I64); // first: it loads libtorch, which a Scalar needs
    return new Tensor(torch.arange(new Scalar(count), whole));
  }

  /**
   * The bytes of a file as a uint8 tensor, mapped into memory and read from disk when touched. The
   * mapping is private: nothing is ever written to the file.
   */
  public static Tensor map(Path file, long bytes) {
    TensorOptions plain = options(DType.U8); // first: it loads libtorch, which the others need
    return new Tensor(
        torch.from_file(file.toString(), new BoolOptional(false), new LongOptional(bytes), plain));
  }

  // ---- what it is

  /** The lengths of its dimensions. */
  public Shape shape() {
    if (shape == null) {
      long[] lengths = new long[(int) pointer.dim()];
      for (int i = 0; i < lengths.length; i++) {
        lengths[i] = pointer.size(i);
      }
      shape = Shape.of(lengths);
    }
    return shape;
  }

  /** The length of one dimension; −1 is the last. */
  public long size(int dimension) {
    return shape().get(dimension);
  }

  /** The type of its elements. */
  public DType dtype() {
    if (dtype == null) {
      dtype = DType.of(pointer.scalar_type());
    }
    return dtype;
  }

  /** Whether another has this shape and type. */
  public boolean isLike(Tensor other) {
    return dtype() == other.dtype() && shape().equals(other.shape());
  }

  /** Whether nothing else reaches its memory, no other handle and no view, and none of it twice. */
  public boolean isExclusive() {
    return pointer.use_count() == 1
        && pointer.storage().use_count() == 1
        && pointer.is_contiguous();
  }

  /** Whether its elements lie in row order, without gaps. */
  boolean isContiguous() {
    return pointer.is_contiguous();
  }

  /** Its element, where it has just one. */
  public double item() {
    return pointer.item_double();
  }

  /** A copy of its elements in row order, converted to float32. */
  public float[] toFloats() {
    float[] values = new float[Math.toIntExact(pointer.numel())];
    read(values);
    return values;
  }

  /** Copies its elements in row order, converted to float32, into an array of their number. */
  public void read(float[] values) {
    if (values.length == 0 && pointer.numel() == 0) {
      return;
    }
    if (values.length != pointer.numel()) {
      throw new IllegalArgumentException(
          "%s does not fill an array of %d".formatted(this, values.length));
    }
    try (Scope scope = new Scope()) { // keeps the converted copy while it is read, and no longer
      Tensor plain = to(DType.F32).contiguous();
      new FloatPointer(plain.pointer.data_ptr_float()).get(values);
    }
  }

  /** A copy of its elements in row order, converted to float64. */
  public double[] toDoubles() {
    double[] values = new double[Math.toIntExact(pointer.numel())];
    if (values.length == 0) {
      return values;
    }
    try (Scope scope = new Scope()) { // keeps the converted copy while it is read, and no longer
      Tensor plain = to(DType.F64).contiguous();
      new DoublePointer(plain.pointer.data_ptr_double()).get(values);
      return values;
    }
  }

  /** A copy of its elements in row order, converted to int64. */
  public long[] toLongs() {
    long[] values = new long[Math.toIntExact(pointer.numel())];
    if (values.length == 0) {
      return values;
    }
    try (Scope scope = new Scope()) { // keeps the converted copy while it is read, and no longer
      Tensor plain = to(DType.I64).contiguous();
      new LongPointer(plain.pointer.data_ptr_long()).get(values);
      return values;
    }
  }

  /**
   * Its bytes where they lie, for writing to a file.
   *
   * @throws IllegalStateException if it is not contiguous or larger than 2 GiB: write it in parts
   */
  public ByteBuffer bytes() {
    if (!pointer.is_contiguous() || pointer.nbytes() > Integer.MAX_VALUE) {
      throw new IllegalStateException("Not one contiguous block of at most 2 GiB: " + this);
    }
    BytePointer start = new BytePointer(pointer.data_ptr());
    return start.capacity(pointer.nbytes()).asBuffer();
  }

  // ---- views and copies

  /** The same elements in another shape; one length may be −1. Copies only where it must. */
  public Tensor view(long... lengths) {
    return new Tensor(pointer.reshape(lengths));
  }

  /** Another handle on the same value: closing one leaves the other. */
  public Tensor handle() {
    return new Tensor(new org.bytedeco.pytorch.Tensor(pointer));
  }

  /** The same bytes, read as another type. */
  public Tensor viewAs(DType type) {
    return new Tensor(pointer.view(type.scalarType()));
  }

  /** With two dimensions swapped. */
  public Tensor transpose(int first, int second) {
    return new Tensor(pointer.transpose(first, second));
  }

  /** The part from {@code start} over {@code length} elements of a dimension. */
  public Tensor narrow(int dimension, long start, long length) {
    return new Tensor(pointer.narrow(dimension, start, length));
  }

  /**
   * A view in which the neighbours along each dimension lie as far apart as its stride says.
   *
   * @param strides in elements of this tensor's memory, from its first one on
   */
  public Tensor strided(long[] lengths, long[] strides) {
    return new Tensor(pointer.as_strided(lengths, strides));
  }

  /** Repeats dimensions of length 1 without copying; −1 keeps a length. */
  public Tensor expand(long... lengths) {
    return new Tensor(pointer.expand(lengths));
  }

  @Override
  public String format() {
    return dtype().name().toLowerCase(Locale.ROOT);
  }

  @Override
  public long byteCount() {
    return shape().size() * dtype().bytes();
  }

  @Override
  public Tensor multiply(Tensor x, Tensor bias) {
    return Kernels.linear(x, this, bias);
  }

  @Override
  public Tensor back(Tensor gradient) {
    return gradient.matmul(this);
  }

  @Override
  public Tensor lookup(Tensor ids) {
    return Kernels.embedding(this, ids);
  }

  @Override
  public Optional<RowProduct> forRows() {
    return PlainProduct.serves(this)
        ? VectorUnit.vectors().map(vectors -> new PlainProduct(this, vectors))
        : Optional.empty();
  }

  @Override
  public Tensor dense(DType type) {
    return to(type);
  }

  /** The rows that an int64 tensor names. */
  public Tensor rows(Tensor indices) {
    return new Tensor(pointer.index_select(0, indices.pointer));
  }

  /** A copy with other rows at the places that an int64 tensor names. */
  public Tensor withRows(Tensor indices, Tensor rows) {
    return new Tensor(pointer.index_copy(0, indices.pointer, rows.pointer));
  }

  /** Elements in row order, without gaps; itself where that holds already. */
  public Tensor contiguous() {
    Tensor lent = isContiguous() ? null : BufferPool.lend(this, dtype());
    return written(lent, room -> room.copy_(pointer), pointer::contiguous);
  }

  /** Converted to a type; itself where it has that type. */
  public Tensor to(DType type) {
    if (type == dtype()) {
      return this;
    }
    return written(
        BufferPool.lend(this, type),
        room -> room.copy_(pointer),
        () -> pointer.to(type.scalarType()));
  }

  /** A copy that shares nothing. */
  public Tensor copy() {
    return new Tensor(pointer.clone(new MemoryFormatOptional(torch.MemoryFormat.Contiguous)));
  }

  /** Tensors side by side along a dimension. */
  public static Tensor cat(int dimension, Tensor... parts) {
    return new Tensor(torch.cat(vector(parts), dimension));
  }

  // ---- arithmetic

  /** The sum, with broadcasting. */
  public Tensor add(Tensor other) {
    return new Tensor(pointer.add(other.pointer));
  }

  /** The difference, with broadcasting. */
  public Tensor sub(Tensor other) {
    return new Tensor(pointer.sub(other.pointer));
  }

  /** The product element by element, with broadcasting. */
  public Tensor mul(Tensor other) {
    return written(
        BufferPool.lendForBoth(this, other),
        room -> torch.mul_out(room, pointer, other.pointer),
        () -> pointer.mul(other.pointer));
  }

  /** Every element times a number. */
  public Tensor mul(double factor) {
    return new Tensor(pointer.mul(new Scalar(factor)));
  }

  /** The quotient element by element, with broadcasting. */
  public Tensor div(Tensor other) {
    return new Tensor(pointer.div(other.pointer));
  }

  /** Every element, or that number where the element is less. */
  public Tensor atLeast(double bound) {
    return new Tensor(pointer.clamp_min(new Scalar(bound)));
  }

  /** Every element plus a number. */
  public Tensor add(double term) {
    return new Tensor(pointer.add(new Scalar(term)));
  }

  /** The matrix product. */
  public Tensor matmul(Tensor other) {
    return written(
        BufferPool.lendForProduct(this, other, 1),
        room -> torch.mm_out(room, pointer, other.pointer),
        () -> pointer.matmul(other.pointer));
  }

  /** This plus {@code factor} times the matrix product of {@code a} and {@code b}, in one pass. */
  public Tensor addProduct(Tensor a, Tensor b, double factor) {
    return new Tensor(pointer.addmm(a.pointer, b.pointer, new Scalar(1.0), new Scalar(factor)));
  }

  /** Adds {@code factor} times the matrix product of {@code a} and {@code b}. */
  public Tensor addMatmulInPlace(Tensor a, Tensor b, double factor) {
    pointer.addmm_(a.pointer, b.pointer, new Scalar(1.0), new Scalar(factor));
    return this;
  }

  /** The sign changed. */
  public Tensor neg() {
    return new Tensor(pointer.neg());
  }

  /** Absolute values. */
  public Tensor abs() {
    return new Tensor(pointer.abs());
  }

  /** 1, 0 or −1, as the elements are above, at or below zero. */
  public Tensor sign() {
    return new Tensor(pointer.sign());
  }

  /** Squares. */
  public Tensor square() {
    return new Tensor(pointer.square());
  }

  /** Cosines of radians. */
  public Tensor cos() {
    return new Tensor(pointer.cos());
  }

  /** Sines of radians. */
  public Tensor sin() {
    return new Tensor(pointer.sin());
  }

  /** The means along the last dimension, which becomes 1 long. */
  public Tensor meanOfLast() {
    return new Tensor(pointer.mean(new long[] {-1}, true, new ScalarTypeOptional()));
  }

  /** One over the square roots. */
  public Tensor inverseSqrt() {
    return new Tensor(pointer.rsqrt());
  }

  /** The largest element. */
  public Tensor max() {
    return new Tensor(pointer.max());
  }

  /** The sum of all elements. */
  public Tensor sum() {
    return new Tensor(pointer.sum());
  }

  /** The sums along a dimension, which goes. */
  public Tensor sum(int dimension) {
    return new Tensor(pointer.sum(dimension));
  }

  /** The Euclidean norm of all elements. */
  public Tensor norm() {
    return new Tensor(pointer.norm());
  }

  /** The largest elements along the last dimension; NaN where there is one. */
  public Tensor largest() {
    return new Tensor(pointer.amax(new long[] {-1}, false));
  }

  /** Positions of the largest elements along the last dimension, the first of equals, int64. */
  public Tensor argmax() {
    return new Tensor(pointer.argmax(new LongOptional(-1), false));
  }

  /** Positions of the {@code count} largest of the elements in row order, int64, in any order. */
  public Tensor positionsOfLargest(long count) {
    return new Tensor(pointer.flatten().topk(count, 0, true, false).get1());
  }

  // ---- changing it

  /** Overwrites the elements with those of another, converted. */
  public Tensor copyInPlace(Tensor source) {
    pointer.copy_(source.pointer);
    return this;
  }

  /** Adds to the rows that an int64 tensor names. */
  public Tensor addRowsInPlace(Tensor indices, Tensor rows) {
    pointer.index_add_(0, indices.pointer, rows.pointer);
    return this;
  }

  /**
   * Writes one slice of a source into each row, at the place that the row names.
   *
   * @param dimension of the slices, not 0
   * @param places int64, [rows, 1, …] with as many dimensions as this
   * @param source of this tensor's lengths, but 1 in that dimension
   */
  public Tensor putInPlace(int dimension, Tensor places, Tensor source) {
    Tensor everywhere = places.expand(source.shape().toArray());
    pointer.scatter_(dimension, everywhere.pointer, source.pointer);
    return this;
  }

  /** Sets every element to zero. */
  public Tensor zeroInPlace() {
    pointer.zero_();
    return this;
  }

  /** Multiplies element by element, with broadcasting. */
  public Tensor mulInPlace(Tensor other) {
    pointer.mul_(other.pointer);
    return this;
  }

  /** Multiplies every element. */
  public Tensor mulInPlace(double factor) {
    pointer.mul_(new Scalar(factor));
    return this;
  }

  /** Adds {@code factor} times another. */
  public Tensor addInPlace(Tensor other, double factor) {
    pointer.add_(other.pointer, new Scalar(factor));
    return this;
  }

  /** Adds a number to every element. */
  public Tensor addInPlace(double term) {
    pointer.add_(new Scalar(term));
    return this;
  }

  /** Moves towards another: {@code this + weight · (other − this)}. */
  public Tensor lerpInPlace(Tensor other, double weight) {
    pointer.lerp_(other.pointer, new Scalar(weight));
    return this;
  }

  /** Adds {@code factor · a · b}, element by element. */
  public Tensor addProductInPlace(Tensor a, Tensor b, double factor) {
    pointer.addcmul_(a.pointer, b.pointer, new Scalar(factor));
    return this;
  }

  /** Adds {@code factor · a / b}, element by element. */
  public Tensor addQuotientInPlace(Tensor a, Tensor b, double factor) {
    pointer.addcdiv_(a.pointer, b.pointer, new Scalar(factor));
    return this;
  }

  /** Square roots. */
  public Tensor sqrt() {
    return new Tensor(pointer.sqrt());
  }

  // ---- gradients

  /** Marks it as a value that is trained. */
  public Tensor requireGradient() {
    pointer.set_requires_grad(true);
    return this;
  }

  /** Whether operations on it are recorded. */
  public boolean requiresGradient() {
    return pointer.requires_grad();
  }

  /**
   * The gradients of the recorded leaves that this value came from, by the chain rule from its own;
   * null for a leaf that it does not depend on. What was recorded is used up.
   */
  public Tensor[] gradients(Tensor gradient, Tensor... leaves) {
    TensorVector found =
        torch.grad(
            vector(this), vector(leaves), vector(gradient), new BoolOptional(false), false, true);
    Tensor[] gradients = new Tensor[leaves.length];
    for (int i = 0; i < leaves.length; i++) {
      org.bytedeco.pytorch.Tensor one = found.get(i);
      gradients[i] = one.defined() ? new Tensor(new org.bytedeco.pytorch.Tensor(one)) : null;
    }
    return gradients;
  }

  /** The same memory, out of sight of the recording. */
  public Tensor detach() {
    return new Tensor(pointer.detach());
  }

  /** Adds the derivative of this scalar to the gradient of every trained value it came from. */
  public void backward() {
    pointer.backward();
  }

  /** Its gradient, or null if none has been computed. */
  public Tensor gradient() {
    org.bytedeco.pytorch.Tensor gradient = pointer.grad();
    return gradient.defined() ? new Tensor(gradient) : null;
  }

  /** Puts the value into the memory of another tensor of its shape and type, from now on. */
  public void moveInto(Tensor memory) {
    memory.pointer.copy_(pointer);
    pointer.set_data(memory.pointer);
  }

  /** Drops its gradient and is no longer trained; a closed tensor has none. */
  public void forgetGradient() {
    if (!pointer.isNull()) {
      pointer.mutable_grad().reset();
      pointer.set_requires_grad(false);
    }
  }

  /** Makes gradients add up in that tensor from now on. */
  public void gradientInto(Tensor buffer) {
    pointer.mutable_grad().put(buffer.pointer);
  }

  /** Frees this handle; the memory goes when no view and no recording needs it. */
  @Override
  public void close() {
    pointer.close();
  }

  /** Type and shape, for example {@code F32[2, 16]}. */
  @Override
  public String toString() {
    return pointer.isNull() ? "closed tensor" : dtype() + "" + shape();
  }

  static TensorVector vector(Tensor... tensors) {
    org.bytedeco.pytorch.Tensor[] pointers = new org.bytedeco.pytorch.Tensor[tensors.length];
    for (int i = 0; i < tensors.length; i++) {
      pointers[i] = tensors[i].pointer;
    }
    return new TensorVector(pointers);
  }

  static TensorOptions options(DType type) {
    Engine.start();
    return new TensorOptions(type.scalarType());
  }

  private static GeneratorOptional generator(long seed) {
    Generator generator = torch.make_generator_cpu(seed);
    return new GeneratorOptional(generator);
  }

  private static long[] sized(int values, long[] shape) {
    if (Shape.of(shape).size() != values) {
      throw new IllegalArgumentException(
          "%d values do not fill the shape %s".formatted(values, Shape.of(shape)));
    }
    return shape;
  }
}
