package dev.lorax.cli.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class BarTest {
  private static final String CLEAR = "\r\033[K";

  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private final PrintStream stream = new PrintStream(err, true, StandardCharsets.UTF_8);
  private final Console console =
      new Console(InputStream.nullInputStream(), stream, stream, Terminals.NONE);

  private String printed() {
    return err.toString(StandardCharsets.UTF_8);
  }

  @Test
  void keepsToOneLineOfANarrowTerminalAndStays() {
    Bar bar = Bar.ofSteps(console, "training", 4);
    bar.to(4);
    bar.say("loss 1.25");
    bar.leave();
    assertThat(printed()).contains("training 100%", "4/4", " loss 1.25").endsWith("\n");
    assertThat(printed().strip().split("\r?\033\\[K"))
        .allMatch(line -> line.length() <= 79 && !line.contains("\n"));
  }

  @Test
  void aLineThatStaysTakesItsPlaceAndItIsDrawnAgain() {
    Bar bar = Bar.ofSteps(console, "training", 4);
    bar.tell("held-out  loss 2");
    String[] parts = printed().split("held-out  loss 2\\R", 2);
    bar.leave();
    assertThat(parts[0]).endsWith(CLEAR);
    assertThat(parts[1]).contains("training");
  }

  @Test
  void erasedItLeavesAnEmptyLine() {
    Bar bar = Bar.ofBytes(console, "model.safetensors", 1_000_000, 3_000_000);
    bar.to(3_000_000);
    bar.erase();
    assertThat(printed()).contains("3/3 MB", "MB/s").endsWith(CLEAR).doesNotContain("\n");
  }
}
