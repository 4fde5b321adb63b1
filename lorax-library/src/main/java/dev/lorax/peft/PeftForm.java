package dev.lorax.peft;

import dev.lorax.lora.BiasedLora;
import dev.lorax.lora.Dora;
import dev.lorax.lora.Form;
import dev.lorax.lora.Lora;
import dev.lorax.lora.LowRank;
import java.util.List;
import java.util.Set;

/**
 * How PEFT writes one form of adaptation: a flag in the configuration, and what a module has beside
 * A and B. A new form is its op, and a line here.
 *
 * @param flag that is true in adapter_config.json; empty for the plain form
 * @param form the op that it stands for
 * @param type the class of that op
 * @param extras what else a module has: a number for each row of its matrix
 */
record PeftForm(String flag, Form form, Class<? extends LowRank> type, List<Extra> extras) {
  /** Added, as in the paper. */
  static final PeftForm PLAIN = new PeftForm("", Form.PLAIN, Lora.class, List.of());

  /** The others. */
  static final List<PeftForm> KNOWN =
      List.of(
          new PeftForm(
              "use_dora",
              Dora::of,
              Dora.class,
              List.of(new Extra("magnitude", ".lora_magnitude_vector", false))),
          new PeftForm(
              "lora_bias",
              BiasedLora::of,
              BiasedLora.class,
              List.of(new Extra("bias", ".lora_B.bias", true))));

  /**
   * A number for each row.
   *
   * @param parameter the op's name for it
   * @param suffix of its key, after the module's name
   * @param scaled whether the op's scale multiplies it
   */
  record Extra(String parameter, String suffix, boolean scaled) {}

  /**
   * The form of an adapter's ops; those that can be said plainly are.
   *
   * @throws IllegalArgumentException if they differ, or PEFT does not know them
   */
  static PeftForm of(Set<Class<?>> special) {
    if (special.isEmpty()) {
      return PLAIN;
    }
    return KNOWN.stream()
        .filter(form -> special.equals(Set.of(form.type())))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "PEFT's format has one form for all modules: convert the adapter to plain LoRA"));
  }
}
