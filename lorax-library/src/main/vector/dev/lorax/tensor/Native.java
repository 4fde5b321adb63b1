package dev.lorax.tensor;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * Loads and stores vectors in native memory: in byte buffers in Java 17, in memory segments in
 * later ones, which have no method for the former. The handles are constants, and cost nothing.
 */
final class Native {
  private static final VectorSpecies<Byte> BYTES = ByteVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Integer> INTS = IntVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Byte> QUARTER =
      VectorSpecies.of(byte.class, VectorShape.forBitSize(Math.max(64, 8 * INTS.length())));
  private static final VectorSpecies<Short> SHORTS =
      VectorSpecies.of(short.class, VectorShape.forBitSize(Math.max(64, 16 * INTS.length())));
  private static final boolean SEGMENTED = VectorUnit.isSegmented();
  private static final MethodHandle LOAD = load();
  private static final MethodHandle STORE = store();

  private Native() {}

  static IntVector ints(Object view, int at) {
    return bytes(view, at).reinterpretAsInts();
  }

  static FloatVector floats(Object view, int at) {
    return bytes(view, at).reinterpretAsFloats();
  }

  /** As many signed bytes as a vector has ints, widened to such. */
  static IntVector widened(Object view, int at) {
    return (IntVector) bytes(QUARTER, view, at).convertShape(VectorOperators.B2I, INTS, 0);
  }

  private static ByteVector bytes(Object view, int at) {
    return bytes(BYTES, view, at);
  }

  private static ByteVector bytes(VectorSpecies<Byte> species, Object view, int at) {
    try {
      return SEGMENTED
          ? (ByteVector)
              LOAD.invokeExact((VectorSpecies<?>) species, view, (long) at, ByteOrder.LITTLE_ENDIAN)
          : (ByteVector)
              LOAD.invokeExact((VectorSpecies<?>) species, view, at, ByteOrder.LITTLE_ENDIAN);
    } catch (Throwable impossible) { // neither method declares any
      throw new IllegalStateException(impossible);
    }
  }

  static void store(IntVector values, Object view, int at) {
    store(values.reinterpretAsBytes(), view, at);
  }

  /** Stores numbers as float32. */
  static void store(FloatVector values, Object view, int at) {
    store(values.reinterpretAsBytes(), view, at);
  }

  /** Stores numbers rounded to the nearest bfloat16; halfway, to the even one. */
  static void storeHalves(FloatVector values, Object view, int at) {
    IntVector bits = values.reinterpretAsInts();
    IntVector rounded =
        bits.add(0x7fff)
            .add(bits.lanewise(VectorOperators.LSHR, 16).and(1))
            .lanewise(VectorOperators.LSHR, 16);
    store(rounded.convertShape(VectorOperators.I2S, SHORTS, 0).reinterpretAsBytes(), view, at);
  }

  private static void store(ByteVector bytes, Object view, int at) {
    try {
      if (SEGMENTED) {
        STORE.invokeExact(bytes, view, (long) at, ByteOrder.LITTLE_ENDIAN);
      } else {
        STORE.invokeExact(bytes, view, at, ByteOrder.LITTLE_ENDIAN);
      }
    } catch (Throwable impossible) { // neither method declares any
      throw new IllegalStateException(impossible);
    }
  }

  private static MethodHandle store() {
    Class<?> offset = SEGMENTED ? long.class : int.class;
    try {
      MethodType found = MethodType.methodType(void.class, memory(), offset, ByteOrder.class);
      MethodType called =
          MethodType.methodType(
              void.class, ByteVector.class, Object.class, offset, ByteOrder.class);
      return MethodHandles.lookup()
          .findVirtual(ByteVector.class, SEGMENTED ? "intoMemorySegment" : "intoByteBuffer", found)
          .asType(called);
    } catch (ReflectiveOperationException missing) {
      throw new UnsupportedOperationException(
          "this Java stores no vectors in native memory", missing);
    }
  }

  private static Class<?> memory() throws ClassNotFoundException {
    return SEGMENTED ? Class.forName("java.lang.foreign.MemorySegment") : ByteBuffer.class;
  }

  private static MethodHandle load() {
    Class<?> offset = SEGMENTED ? long.class : int.class;
    try {
      Class<?> memory = memory();
      MethodType found =
          MethodType.methodType(
              ByteVector.class, VectorSpecies.class, memory, offset, ByteOrder.class);
      MethodType called =
          MethodType.methodType(
              ByteVector.class, VectorSpecies.class, Object.class, offset, ByteOrder.class);
      return MethodHandles.lookup()
          .findStatic(ByteVector.class, SEGMENTED ? "fromMemorySegment" : "fromByteBuffer", found)
          .asType(called);
    } catch (ReflectiveOperationException missing) {
      throw new UnsupportedOperationException(
          "this Java loads no vectors from native memory", missing);
    }
  }
}
