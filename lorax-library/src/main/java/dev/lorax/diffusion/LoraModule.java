package dev.lorax.diffusion;

import dev.lorax.tensor.DType;
import dev.lorax.tensor.Tensor;
import java.util.Optional;

/** The LoRA of one module: {@code alpha / rank · up · down} is added to its weight. */
public final class LoraModule {
  private final Key key;
  private final Optional<NetworkModule> known;
  private final Tensor down;
  private final Tensor up;
  private final double alpha;

  LoraModule(Key key, Optional<NetworkModule> known, Tensor down, Tensor up, double alpha) {
    this.key = key;
    this.known = known;
    this.down = down;
    this.up = up;
    this.alpha = alpha;
  }

  /** The network that it is in. */
  public Part part() {
    return key.part();
  }

  /** Its name in diffusers where the family has such a module, else as the file has it. */
  public String name() {
    return known.map(NetworkModule::path).orElse(key.name());
  }

  /** Whether the family has a module of that name and shape. */
  public boolean isKnown() {
    return known.isPresent();
  }

  /** A, [rank, in] or [rank, in, height, width]. */
  public Tensor down() {
    return down;
  }

  /** B, [out, rank] or [out, rank, 1, 1]. */
  public Tensor up() {
    return up;
  }

  /** The rank of the product. */
  public int rank() {
    return (int) down.size(0);
  }

  /** The numerator of the scale. */
  public double alpha() {
    return alpha;
  }

  /** The factor on the product. */
  public double scale() {
    return alpha / rank();
  }

  /** Whether it adapts a convolution that sees more than one pixel. */
  public boolean isSpatial() {
    return down.shape().rank() == 4 && down.size(2) * down.size(3) > 1;
  }

  /** The same for a family. */
  LoraModule in(Family family) {
    Optional<NetworkModule> found =
        key.suits(family)
            ? family.module(key.part(), key.name()).filter(this::fits)
            : Optional.empty();
    return new LoraModule(key, found, down, up, alpha);
  }

  private boolean fits(NetworkModule module) {
    long side = down.shape().rank() == 4 ? down.size(2) : 1;
    return down.size(1) == module.in() && up.size(0) == module.out() && side == module.kernel();
  }

  /** What two files must share for their modules to be the same. */
  String identity() {
    return known.map(module -> part().diffusers() + "." + module.path()).orElse(key.stem());
  }

  /** What a file calls it; what no list explains stays as it is. */
  Spelled spelled(KeyStyle style, Optional<Family> family) {
    if (known.isEmpty()) {
      return new Spelled(key.style(), key.stem());
    }
    String stem =
        style == KeyStyle.DIFFUSERS
            ? part().diffusers() + "." + known.get().path()
            : part().kohya(family.orElseThrow()).orElseThrow()
                + "_"
                + NetworkModule.flat(known.get().original());
    return new Spelled(style, stem);
  }

  /** A stem and the style that goes with it. */
  record Spelled(KeyStyle style, String stem) {}

  /** The same with a scale of 1 and that rank: B takes the scale, and zeros are added. */
  LoraModule plain(int rank) {
    LoraModule scaled = new LoraModule(key, known, float32(down), scaledUp(1), rank());
    return rank == rank()
        ? scaled
        : scaled.and(
            new LoraModule(key, known, zeros(down, 0, rank), zeros(up, 1, rank), rank - rank()), 1);
  }

  private Tensor zeros(Tensor like, int dimension, int rank) {
    long[] lengths = like.shape().toArray();
    lengths[dimension] = (long) rank - rank();
    return Tensor.zeros(DType.F32, lengths);
  }

  /** The sum of two, with a scale of 1: ranks are added, which is exact. */
  LoraModule and(LoraModule other, double weight) {
    Tensor otherDown = float32(other.down).view(like(down, other.down, 0));
    Tensor otherUp = other.scaledUp(weight).view(like(up, other.up, 1));
    return new LoraModule(
        key,
        known,
        Tensor.cat(0, float32(down), otherDown),
        Tensor.cat(1, scaledUp(1), otherUp),
        (double) rank() + other.rank());
  }

  /** The same with a scale of 1 and all of it that many times. */
  LoraModule times(double weight) {
    return new LoraModule(key, known, float32(down), scaledUp(weight), rank());
  }

  /** The lengths of a tensor, in as many dimensions as another has, of which one may differ. */
  private static long[] like(Tensor shaped, Tensor tensor, int dimension) {
    long[] lengths = shaped.shape().toArray();
    lengths[dimension] = tensor.size(dimension);
    return lengths;
  }

  private Tensor scaledUp(double weight) {
    return float32(up).mul(weight * scale());
  }

  private static Tensor float32(Tensor tensor) {
    return tensor.to(DType.F32).contiguous();
  }
}
