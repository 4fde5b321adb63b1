/**
 * How fast this machine trains and decodes, and how near that comes to what it could do.
 *
 * <pre>{@code
 * lorax bench train --config docs/benchmarks/gpt2.json --dtype bf16 --batch 2 --seq 256
 *
 * training docs/benchmarks/gpt2.json: gpt2, 124.4 M parameters in bf16, random
 * step     median 1,062 ms, half of all within 1,040 .. 1,101
 * speed    482 tokens/s, 57 % of the limit
 * limit    842 tokens/s: 4 x 123.5 M x tokens at 416 GFLOP/s, measured in this process
 * }</pre>
 *
 * <p>A command opens a {@link dev.lorax.cli.bench.Subject}, lets {@link
 * dev.lorax.cli.bench.Repetition} measure it, asks {@link dev.lorax.cli.bench.Limit} for the
 * machine's limit, and prints a {@link dev.lorax.cli.bench.Report}. Comparisons with other programs
 * are scripts outside: docs/benchmarks.
 */
package dev.lorax.cli.bench;
