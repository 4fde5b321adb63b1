/**
 * The formulas that models are made of, one record a file.
 *
 * <pre>{@code
 * Op query = new Dense(768, 768, true);
 * query.parameters();   // weight [768, 768], bias [768]
 * }</pre>
 *
 * <p>Ops are coarse (an attention or a norm is one node) and stateless. To add one, write a record
 * that implements {@link dev.lorax.graph.Op}, and a gradient test. Next: {@code dev.lorax.model}
 * arranges ops as the papers do.
 */
package dev.lorax.op;
