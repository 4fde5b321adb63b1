package dev.lorax.elixir;

import static dev.lorax.checkpoint.CheckpointException.quote;

import dev.lorax.checkpoint.CheckpointException;
import dev.lorax.elixir.Term.Atom;
import dev.lorax.elixir.Term.Binary;
import dev.lorax.elixir.Term.Sequence;
import dev.lorax.elixir.Term.Tuple;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A file of {@code Nx.serialize}, version 1 (Nx 0.6 and later), that holds layers of tensors.
 *
 * <pre>
 * 'n' 'x'        what it is
 * 1 byte         version, 1
 * 1 byte         0 if elements are little-endian, 1 if big-endian
 * 8 bytes        bytes of the term, big-endian
 * term           {Nx.Container.Map, [{layer, {Nx.Container.Map, [{name, {:t, …}}], :ok}}], :ok}
 * the rest       elements, at the offsets that the tensors name
 * </pre>
 */
final class NxFile {
  private static final int HEADER = 12;
  private static final int LONGEST = 1 << 30;
  private static final String MAP = "Elixir.Nx.Container.Map";

  private final Path file;
  private final ByteBuffer buffers;

  private NxFile(Path file, ByteBuffer buffers) {
    this.file = file;
    this.buffers = buffers;
  }

  /** The tensors by layer and by their names in it. */
  static Map<String, Map<String, NxTensor>> read(Path file) {
    byte[] content = content(file);
    ByteBuffer header = ByteBuffer.wrap(content);
    long bytes = header.getLong(4);
    if (bytes < 0 || bytes > content.length - HEADER) {
      String what =
          "announces a term of %s bytes, but only %d follow: the copy was cut; copy again";
      String announced = Long.toUnsignedString(bytes);
      throw new CheckpointException(file, what.formatted(announced, content.length - HEADER));
    }
    if (bytes > ErlangTerms.MOST_BYTES) {
      throw new CheckpointException(file, "its term is longer than parameters need: refused");
    }
    int end = HEADER + (int) bytes;
    Term term = ErlangTerms.read(file, Arrays.copyOfRange(content, HEADER, end));
    NxFile nx = new NxFile(file, header.slice(end, content.length - end));
    Map<String, Map<String, NxTensor>> layers = new LinkedHashMap<>();
    nx.entries(term).forEach((layer, tensors) -> layers.put(layer, nx.tensors(layer, tensors)));
    return layers;
  }

  private static byte[] content(Path file) {
    if (!Files.isRegularFile(file)) {
      throw new CheckpointException(file, "no such file: check the path");
    }
    try {
      if (Files.size(file) > LONGEST) {
        throw new CheckpointException(file, "is larger than 1 GiB: no file of LoRA parameters");
      }
      byte[] content = Files.readAllBytes(file);
      if (content.length < HEADER || content[0] != 'n' || content[1] != 'x' || content[2] != 1) {
        throw new CheckpointException(
            file, "is not of Nx.serialize as Nx 0.6 and later write it: read and write it with Nx");
      }
      if (content[3] != 0) {
        throw new CheckpointException(
            file, "was written by a big-endian machine: read and write it on another");
      }
      return content;
    } catch (IOException failure) {
      throw new CheckpointException(file, "cannot be read (%s)".formatted(failure), failure);
    }
  }

  private Map<String, NxTensor> tensors(String layer, Term term) {
    Map<String, NxTensor> tensors = new LinkedHashMap<>();
    entries(term)
        .forEach(
            (name, tensor) ->
                tensors.put(
                    name, NxTensor.of(tensor, buffers).orElseThrow(() -> bad(layer, name))));
    return tensors;
  }

  private CheckpointException bad(String layer, String name) {
    String what =
        "%s of layer %s is no tensor, or not whole: the file is cut or damaged; copy again";
    return new CheckpointException(file, what.formatted(quote(name), quote(layer)));
  }

  /** A map as {@code {Nx.Container.Map, pairs, :ok}} tells it. */
  private Map<String, Term> entries(Term term) {
    if (!(term instanceof Tuple map
        && map.items().size() == 3
        && map.items().get(0) instanceof Atom module
        && map.items().get(1) instanceof Sequence pairs)) {
      throw new CheckpointException(
          file, "holds a %s, no map of layers: write a map of parameters".formatted(term.kind()));
    }
    if (!module.is(MAP)) {
      String what = "holds a %s, which is not read: write a map of parameters with Nx.serialize";
      throw new CheckpointException(file, what.formatted(quote(module.name())));
    }
    Map<String, Term> entries = new LinkedHashMap<>();
    for (Term pair : pairs.items()) {
      List<Term> both = pair instanceof Tuple tuple ? tuple.items() : List.of();
      if (both.size() != 2
          || !(both.get(0) instanceof Binary name)
          || entries.put(name.text(), both.get(1)) != null) {
        throw new CheckpointException(
            file, "has a map whose keys are no different texts: write a map of parameters");
      }
    }
    return entries;
  }
}
