/**
 * The {@code lorax} command: one class a command, each thin over the library.
 *
 * <pre>
 * lorax train    --model models/gpt2 --data forum.txt --out forum-adapter
 * lorax generate --model models/gpt2 --adapter forum-adapter --prompt "Dear all,"
 * lorax inspect  --model models/gpt2 --graph diff
 * lorax merge    --model models/gpt2 --adapter forum-adapter --out forum-gpt2
 * </pre>
 *
 * <p>{@link dev.lorax.cli.Main} starts them; {@code Errors} turns whatever goes wrong into one line
 * and an exit code. Next: {@code dev.lorax.cli.training}, the run that {@code train} watches.
 */
package dev.lorax.cli;
