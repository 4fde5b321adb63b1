package dev.lorax;

import dev.lorax.graph.Cache;
import dev.lorax.graph.Call;
import dev.lorax.graph.Mode;
import dev.lorax.graph.Seeds;
import dev.lorax.graph.Sequences;
import dev.lorax.tensor.Tensor;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What an op sees, given by hand.
 *
 * @param inputs values of the nodes that it reads
 * @param parameters by name
 * @param feeds by name
 * @param sequences how the rows fall into sequences
 * @param mode training or inference
 */
public record StubCall(
    List<Tensor> inputs,
    Map<String, Tensor> parameters,
    Map<String, Tensor> feeds,
    Sequences sequences,
    Mode mode)
    implements Call {
  @Override
  public Tensor input(int index) {
    return inputs.get(index);
  }

  @Override
  public Tensor parameter(String name) {
    return parameters.get(name);
  }

  @Override
  public Optional<Tensor> feed(String name) {
    return Optional.ofNullable(feeds.get(name));
  }

  @Override
  public Optional<Cache> cache() {
    return Optional.empty();
  }

  @Override
  public long seed(long run) {
    return Seeds.mix(run, mode.step());
  }
}
