/**
 * Where a command's model and adapters come from: a folder or a file, or the Hugging Face hub.
 *
 * <pre>{@code
 * @Option(names = "--model") ModelSource model;    // --model models/gpt2, or ORG/NAME@REVISION
 * try (Checkpoint base = Checkpoint.open(model.folder())) { ... }
 * }</pre>
 *
 * <p>Nothing is downloaded before the folder is asked for. Next: {@code dev.lorax.hub}, which does
 * it.
 */
package dev.lorax.cli.hub;
