package dev.lorax.cli;

import dev.lorax.checkpoint.AtomicFolder;
import dev.lorax.cli.console.Console;
import dev.lorax.cli.console.Failure;
import dev.lorax.cli.console.Interrupt;
import dev.lorax.cli.console.Terminals;
import dev.lorax.cli.demo.DemoFiles;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;

/** Trains and generates once, in silence, so that the launcher can archive the classes it takes. */
@Command(name = "warm-up", hidden = true, description = "For the launcher's class archive.")
final class WarmUpCommand implements Callable<Integer> {
  @Override
  public Integer call() throws IOException {
    Path folder = Files.createTempDirectory("lorax-warm-up");
    try {
      String base = DemoFiles.base().toString();
      String text = Files.writeString(folder.resolve("text"), DemoFiles.log()).toString();
      String adapter = folder.resolve("adapter").toString();
      run(
          "train --steps 2 --window 16 --eval-every 1 --model",
          base,
          "--data",
          text,
          "--out",
          adapter);
      run("generate --max-tokens 4 --prompt One --model", base, "--adapter", adapter);
      return ExitCode.OK;
    } finally {
      AtomicFolder.delete(folder);
    }
  }

  private static void run(String words, String... paths) {
    PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream());
    Console silent = new Console(InputStream.nullInputStream(), nowhere, nowhere, Terminals.NONE);
    String[] args =
        Stream.concat(Stream.of(words.split(" ")), Stream.of(paths)).toArray(String[]::new);
    Interrupt interrupt = new Interrupt();
    int code = Main.run(silent, interrupt, args);
    interrupt.finished();
    if (code != ExitCode.OK) {
      throw Failure.of("warm-up: this failed: lorax " + String.join(" ", args));
    }
  }
}
