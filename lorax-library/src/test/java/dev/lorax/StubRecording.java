package dev.lorax;

import dev.lorax.graph.Cache;
import dev.lorax.graph.Mode;
import dev.lorax.graph.Recording;
import dev.lorax.graph.Sequences;
import dev.lorax.tensor.Tensor;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What an op sees on the way there and back, given by hand; every input's gradient is wanted.
 *
 * @param call what it sees
 * @param trained names of trained parameters
 * @param learned their gradients
 */
public record StubRecording(StubCall call, Set<String> trained, Map<String, Tensor> learned)
    implements Recording {
  /** All parameters are trained, or none. */
  public StubRecording(StubCall call, boolean trains) {
    this(call, trains ? call.parameters().keySet() : Set.of(), new HashMap<>());
  }

  @Override
  public int inputs() {
    return call.inputs().size();
  }

  @Override
  public Tensor keep(Tensor value) {
    return value;
  }

  @Override
  public boolean wants(int input) {
    return true;
  }

  @Override
  public boolean trains(String parameter) {
    return trained.contains(parameter);
  }

  @Override
  public void learn(String parameter, Tensor gradient) {
    learned.merge(parameter, gradient, Tensor::add);
  }

  @Override
  public Tensor input(int index) {
    return call.input(index);
  }

  @Override
  public Tensor parameter(String name) {
    return call.parameter(name);
  }

  @Override
  public Optional<Tensor> feed(String name) {
    return call.feed(name);
  }

  @Override
  public Sequences sequences() {
    return call.sequences();
  }

  @Override
  public Optional<Cache> cache() {
    return call.cache();
  }

  @Override
  public Mode mode() {
    return call.mode();
  }

  @Override
  public long seed(long run) {
    return call.seed(run);
  }
}
