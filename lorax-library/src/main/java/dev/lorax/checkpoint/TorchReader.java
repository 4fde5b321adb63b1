package dev.lorax.checkpoint;

import static dev.lorax.checkpoint.CheckpointException.quote;

import dev.lorax.checkpoint.ZipDirectory.Place;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Finds out what a file of {@code torch.save} holds, and where.
 *
 * <pre>
 * since 1.6      a zip file: NAME/data.pkl, a pickle; NAME/data/KEY, the numbers of each storage
 * before         five pickles: a magic number, a version, the machine, the tensors, the keys;
 *                then for each key how many numbers there are, in 8 bytes, and the numbers
 * </pre>
 */
final class TorchReader {
  private static final String PICKLE = "data.pkl";
  private static final BigInteger MAGIC = new BigInteger("1950a86a20f9469cfc6c", 16);

  /**
   * Tensors by name, and where in the file each storage begins, by its key.
   *
   * @param fileSize the bytes of the whole file
   */
  record Layout(Map<String, StoredTensor> tensors, Map<String, Long> starts, long fileSize) {}

  private final Path file;
  private final FileChannel channel;
  private final long size;

  TorchReader(Path file, FileChannel channel) throws IOException {
    this.file = file;
    this.channel = channel;
    this.size = channel.size();
  }

  Layout read() throws IOException {
    ByteBuffer start = ByteBuffer.allocate(Long.BYTES);
    channel.read(start, 0);
    SafetensorsHeader.requireWeights(file, start.array());
    if (start.get(0) == 'P' && start.get(1) == 'K') {
      return zip();
    }
    if (start.get(0) == (byte) 0x80) {
      return pickles();
    }
    throw fault("is neither a zip nor a pickle: no file of torch.save, or damaged; fetch it again");
  }

  // ---- since 1.6

  private Layout zip() throws IOException {
    ZipDirectory zip = ZipDirectory.read(file, channel);
    String folder =
        zip.names().stream()
            .filter(name -> name.endsWith("/" + PICKLE))
            .map(name -> name.substring(0, name.length() - PICKLE.length()))
            .findFirst()
            .orElseThrow(() -> fault("is a zip without data.pkl: no file of torch.save"));
    requireLittleEndian(zip, folder + "byteorder");
    Object root = new Pickle(input(zip.place(folder + PICKLE))).read();
    Map<String, StoredTensor> tensors = StateDictionary.of(file, root);
    return new Layout(tensors, starts(tensors, zip, folder + "data/"), size);
  }

  private Map<String, Long> starts(
      Map<String, StoredTensor> tensors, ZipDirectory zip, String folder) throws IOException {
    Map<String, Long> starts = new HashMap<>();
    long total = 0;
    for (Storage storage : storages(tensors)) {
      Place numbers = zip.place(folder + storage.key());
      if (numbers.bytes() != storage.bytes()) {
        throw wrongSize(storage, numbers.bytes() + " bytes instead of " + storage.bytes());
      }
      total += numbers.bytes();
      starts.put(storage.key(), numbers.start());
    }
    if (total > size) {
      throw fault("its storages overlap, as in a zip bomb: refused");
    }
    return starts;
  }

  private static Set<Storage> storages(Map<String, StoredTensor> tensors) {
    Set<Storage> storages = new HashSet<>();
    tensors.values().forEach(tensor -> storages.add(tensor.storage()));
    return storages;
  }

  private void requireLittleEndian(ZipDirectory zip, String entry) throws IOException {
    if (zip.names().contains(entry)) { // since 2.1
      Place place = zip.place(entry);
      require(input(place).text(place.bytes()).equals("little"));
    }
  }

  private void require(boolean littleEndian) {
    if (!littleEndian) {
      throw fault("was written by a big-endian machine: load and save it again on another");
    }
  }

  private PickleInput input(Place place) {
    return new PickleInput(file, channel, place.start(), place.start() + place.bytes());
  }

  // ---- before

  private Layout pickles() throws IOException {
    PickleInput in = new PickleInput(file, channel, 0, size);
    if (!MAGIC.equals(new Pickle(in).read())) {
      throw fault("is a pickle, but none that torch.save wrote");
    }
    new Pickle(in).read(); // the format's version, of which there was one
    require(
        !(new Pickle(in).read() instanceof Map<?, ?> machine
            && Boolean.FALSE.equals(machine.get("little_endian"))));
    Pickle pickle = new Pickle(in);
    Map<String, StoredTensor> tensors = StateDictionary.of(file, pickle.read());
    if (!(new Pickle(in).read() instanceof List<?> keys)) {
      throw fault("does not list its storages: it is damaged; fetch it again");
    }
    return new Layout(tensors, starts(pickle.storages(), keys, in.position()), size);
  }

  private Map<String, Long> starts(Map<String, Storage> storages, List<?> keys, long first)
      throws IOException {
    Map<String, Long> starts = new HashMap<>();
    long at = first;
    for (Object key : keys) {
      Storage storage = key instanceof String name ? storages.get(name) : null;
      if (storage == null || starts.put(storage.key(), at + Long.BYTES) != null) {
        throw fault("lists storages that it does not describe: it is damaged; fetch it again");
      }
      at += Long.BYTES;
      if (size - at < storage.bytes()) {
        throw fault("it ends in the middle: the download was cut; fetch it again");
      }
      long elements = number(at - Long.BYTES);
      if (elements != storage.elements()) {
        throw wrongSize(storage, elements + " numbers instead of " + storage.elements());
      }
      at += storage.bytes();
    }
    if (starts.size() < storages.size() || at != size) {
      throw fault(
          "its storages are not all that follows its pickles: it is damaged; fetch it again");
    }
    return starts;
  }

  private long number(long at) throws IOException {
    ByteBuffer number = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    channel.read(number, at);
    return number.getLong(0);
  }

  private CheckpointException wrongSize(Storage storage, String found) {
    String what = "its storage %s has %s: it is damaged; fetch or write it again";
    return fault(what.formatted(quote(storage.key()), found));
  }

  private CheckpointException fault(String what) {
    return new CheckpointException(file, what);
  }
}
