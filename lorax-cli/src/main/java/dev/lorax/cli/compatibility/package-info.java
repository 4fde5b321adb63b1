/**
 * What other programs make of an adapter: rules as data, one class a program.
 *
 * <pre>{@code
 * List<Verdict> verdicts = Tools.verdicts("llama", "peft", config);
 * verdicts.forEach(verdict -> System.out.println(verdict.tool() + " " + verdict));
 * }</pre>
 *
 * <p>{@code lorax export} and {@code lorax doctor} tell them; {@link
 * dev.lorax.cli.compatibility.Tools} lists the programs.
 */
package dev.lorax.cli.compatibility;
