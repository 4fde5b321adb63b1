package dev.lorax.lora;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The starts that have a name; to add one, write its class and a line here. */
public final class Starts {
  private static final Map<String, Start> KNOWN = new LinkedHashMap<>();

  static {
    KNOWN.put("default", Start.KAIMING);
    KNOWN.put("gaussian", new GaussianStart());
    KNOWN.put("orthogonal", new OrthogonalStart());
    KNOWN.put("pissa", new PissaStart());
    KNOWN.put("olora", new OloraStart());
    KNOWN.put("eva", new EvaStart());
    KNOWN.put("loftq", new LoftqStart(Optional.empty()));
  }

  private static final Pattern FAST_PISSA = Pattern.compile("pissa_niter_(\\d{1,4})");

  private Starts() {}

  /**
   * The start of a name, as PEFT's {@code init_lora_weights} has it; {@code pissa_niter_N} is PiSSA
   * by a fast decomposition.
   *
   * @throws IllegalArgumentException if it is unknown; the message lists the known ones
   */
  public static Start named(String name) {
    Matcher fast = FAST_PISSA.matcher(name);
    if (fast.matches()) {
      return new PissaStart(OptionalInt.of(Integer.parseInt(fast.group(1))));
    }
    Start start = KNOWN.get(name);
    if (start == null) {
      throw new IllegalArgumentException(
          "No start is called '%s': known are %s, pissa_niter_N"
              .formatted(name, String.join(", ", KNOWN.keySet())));
    }
    return start;
  }
}
