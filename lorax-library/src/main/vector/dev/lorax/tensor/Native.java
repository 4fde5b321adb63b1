package dev.lorax.tensor;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Loads and stores vectors in native memory: in byte buffers in Java 17, in memory segments in
 * later ones, which have no method for the former. The handles are constants, and cost nothing.
 */
final class Native {
  private static final VectorSpecies<Byte> BYTES = ByteVector.SPECIES_PREFERRED;
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

  private static ByteVector bytes(Object view, int at) {
    try {
      return SEGMENTED
          ? (ByteVector)
              LOAD.invokeExact((VectorSpecies<?>) BYTES, view, (long) at, ByteOrder.LITTLE_ENDIAN)
          : (ByteVector)
              LOAD.invokeExact((VectorSpecies<?>) BYTES, view, at, ByteOrder.LITTLE_ENDIAN);
    } catch (Throwable impossible) { // neither method declares any
      throw new IllegalStateException(impossible);
    }
  }

  static void store(IntVector values, Object view, int at) {
    ByteVector bytes = values.reinterpretAsBytes();
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
