package dev.lorax.cli.compatibility;

import java.util.List;

/** PEFT, whose format is ours. */
final class PeftTool implements Tool {
  @Override
  public String name() {
    return "PEFT";
  }

  @Override
  public String format() {
    return "peft";
  }

  @Override
  public List<Rule> rules() {
    return List.of();
  }
}
