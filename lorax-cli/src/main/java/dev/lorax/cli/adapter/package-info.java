/**
 * {@code lorax adapter}: adapters combined, cut, made plain, and taken out of two models.
 *
 * <pre>
 * lorax adapter combine --model models/gpt2 --adapter poet --adapter cook --weights 0.7,0.4 --out both
 * </pre>
 *
 * <p>The arithmetic is {@code dev.lorax.algebra}'s; here are options, and what is told.
 */
package dev.lorax.cli.adapter;
