/**
 * The method: low-rank adaptation (Hu et al. 2021) as a rewrite of a graph.
 *
 * <pre>
 * beginning          input 0 --&gt; target 1                        consumers read id 1
 * target moves       input 0 --&gt; target 2
 * lora takes its id  input 0 --&gt; target 2 --&gt; lora 1             lora also reads input 0
 *
 * lora(x, Wx) = Wx + (alpha / r) · B · A · dropout(x)
 * </pre>
 *
 * <p>{@link dev.lorax.lora.Lorax#inject} is the door. Next: {@code dev.lorax.train} trains what it
 * inserts, {@code dev.lorax.peft} stores it.
 */
package dev.lorax.lora;
