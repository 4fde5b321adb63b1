package dev.lorax.diffusion;

import dev.lorax.checkpoint.CheckpointException;
import dev.lorax.checkpoint.Safetensors;
import dev.lorax.checkpoint.TensorInfo;
import dev.lorax.diffusion.Key.Role;
import dev.lorax.tensor.DType;
import dev.lorax.tensor.Scope;
import dev.lorax.tensor.Shape;
import dev.lorax.tensor.Tensor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** Reads one file: whole pairs of A and B, and nothing else. */
final class LoraFileReader {
  private static final int TOLD = 10;

  private final Path path;
  private final Scope scope;
  private final List<String> faults = new ArrayList<>();

  LoraFileReader(Path path, Scope scope) {
    this.path = path;
    this.scope = scope;
  }

  /** The keys of one module. */
  private record Stem(Key key, Map<Role, String> keys) {}

  LoraFile read() {
    try (Safetensors file = Safetensors.open(path)) {
      List<Stem> stems = stems(file);
      stems.forEach(stem -> check(file, stem));
      if (stems.isEmpty() && faults.isEmpty()) {
        faults.add("it holds no tensor");
      }
      requireFit();
      List<LoraModule> modules = stems.stream().map(stem -> module(file, stem)).toList();
      requireFit();
      LoraFile read =
          new LoraFile(Optional.empty(), stems.get(0).key().style(), modules, file.metadata());
      LoraFile best = best(read);
      requireDistinct(best);
      return best;
    }
  }

  /** As a file of the family that explains most; of several, the first. */
  private static LoraFile best(LoraFile read) {
    LoraFile best = read;
    for (Family family : Family.values()) {
      LoraFile found = read.of(family);
      if (found.unknown().size() < best.unknown().size()) {
        best = found;
      }
    }
    return best;
  }

  private void requireDistinct(LoraFile file) {
    Set<String> seen = new HashSet<>();
    file.modules().stream()
        .map(LoraModule::identity)
        .filter(name -> !seen.add(name))
        .forEach(name -> faults.add(name + " is there in two spellings"));
    requireFit();
  }

  private List<Stem> stems(Safetensors file) {
    Map<String, Stem> stems = new TreeMap<>();
    for (String name : file.names()) {
      Optional<Key> key = Key.parse(name);
      if (key.isEmpty()) {
        faults.add(name + " is no A, B or alpha of plain LoRA");
        continue;
      }
      String other =
          stems
              .computeIfAbsent(
                  key.get().stem(), stem -> new Stem(key.get(), new EnumMap<>(Role.class)))
              .keys()
              .put(key.get().role(), name);
      if (other != null) {
        faults.add("%s and %s are the same".formatted(other, name));
      }
    }
    return List.copyOf(stems.values());
  }

  private void check(Safetensors file, Stem stem) {
    Optional<Shape> down = shape(file, stem, Role.DOWN, "A");
    Optional<Shape> up = shape(file, stem, Role.UP, "B");
    if (down.isPresent() && up.isPresent() && !isPair(down.get(), up.get())) {
      faults.add(
          "%s: A %s and B %s are no pair".formatted(stem.key().stem(), down.get(), up.get()));
    }
    String alpha = stem.keys().get(Role.ALPHA);
    if (alpha != null && !isNumber(file.info(alpha).orElseThrow())) {
      faults.add("%s is %s, not one number".formatted(alpha, file.info(alpha).orElseThrow()));
    }
  }

  private Optional<Shape> shape(Safetensors file, Stem stem, Role role, String name) {
    Optional<TensorInfo> info = Optional.ofNullable(stem.keys().get(role)).flatMap(file::info);
    if (info.isEmpty()) {
      faults.add("%s has no %s".formatted(stem.key().stem(), name));
    } else if (!info.get().dtype().isFloating()) {
      faults.add("%s has type %s".formatted(stem.keys().get(role), info.get().dtype()));
    }
    return info.map(TensorInfo::shape);
  }

  private static boolean isNumber(TensorInfo info) {
    return info.shape().size() == 1 && info.dtype().isFloating();
  }

  /** [rank, in] and [out, rank], or the same for convolutions, of which the second is 1 by 1. */
  private static boolean isPair(Shape down, Shape up) {
    boolean dense = down.rank() == 2 && up.rank() == 2;
    boolean convolution = down.rank() == 4 && up.rank() == 4 && up.get(2) == 1 && up.get(3) == 1;
    return (dense || convolution) && down.get(0) == up.get(1) && down.size() > 0 && up.size() > 0;
  }

  private void requireFit() {
    if (!faults.isEmpty()) {
      String more = faults.size() > TOLD ? "; and %d more".formatted(faults.size() - TOLD) : "";
      throw new CheckpointException(
          path,
          "is no LoRA that can be read: "
              + String.join("; ", faults.subList(0, Math.min(TOLD, faults.size())))
              + more);
    }
  }

  private LoraModule module(Safetensors file, Stem stem) {
    Tensor down = scope.adopt(file.get(stem.keys().get(Role.DOWN)));
    Tensor up = scope.adopt(file.get(stem.keys().get(Role.UP)));
    return new LoraModule(stem.key(), Optional.empty(), down, up, alpha(file, stem, down.size(0)));
  }

  /** A missing alpha, or one of 0, is the rank. */
  private double alpha(Safetensors file, Stem stem, double rank) {
    String key = stem.keys().get(Role.ALPHA);
    if (key == null) {
      return rank;
    }
    double alpha = scope.adopt(file.get(key)).to(DType.F64).sum().item();
    if (!Double.isFinite(alpha)) {
      faults.add("%s is %s".formatted(key, alpha));
    }
    return alpha == 0 ? rank : alpha;
  }
}
