/**
 * Kernels in isolation, timed by JMH on all cores; one class a family.
 *
 * <pre>{@code
 * mvn -q -DskipTests package
 * OMP_WAIT_POLICY=passive java -jar lorax-benchmarks/target/benchmarks.jar LinearBenchmark
 * }</pre>
 *
 * <p>A kernel that is fast here may be slow in its place, where caches hold other things: {@code
 * lorax bench} measures whole steps.
 */
package dev.lorax.benchmarks;
