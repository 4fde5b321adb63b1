/**
 * What is wrong with a run, or will be, before it begins.
 *
 * <pre>{@code
 * Case run = new Case(base, data, options, material, Optional.of(training));
 * List<Diagnosis> found = Checks.quick(run);
 * }</pre>
 *
 * <p>A {@link dev.lorax.cli.doctor.Check} is a pure function of a run that is ready to begin; what
 * cannot even be opened has told so itself. {@code dev.lorax.cli.DoctorCommand} runs all of them,
 * and {@code TrainCommand} those that take no time. Next: {@code dev.lorax.cli.training}, which
 * they look at.
 */
package dev.lorax.cli.doctor;
