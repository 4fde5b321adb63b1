package dev.lorax.cli.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lorax.checkpoint.AtomicFile;
import dev.lorax.checkpoint.CheckpointException;
import dev.lorax.cli.console.Failure;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OutputFolderTest {
  @TempDir Path temporary;

  @Test
  void whatCannotBeWrittenInItsPlaceIsKeptElsewhere() throws Exception {
    OutputFolder folder = OutputFolder.prepare(temporary.resolve("out"));
    Path[] refuge = new Path[1];
    assertThatThrownBy(
            () ->
                folder.write(
                    place -> {
                      if (place.startsWith(temporary.resolve("out"))) {
                        throw new CheckpointException(place, "the disk is full");
                      }
                      refuge[0] = place;
                      AtomicFile.write(place.resolve("adapter"), "learned");
                    }))
        .isInstanceOf(Failure.class)
        .hasMessageContainingAll("the disk is full", "not lost");
    assertThat(refuge[0].resolve("adapter")).hasContent("learned");
    Files.delete(refuge[0].resolve("adapter"));
    Files.delete(refuge[0]);
  }

  @Test
  void aFolderMadeForNothingGoesAndOneThatWasThereStays() throws Exception {
    OutputFolder.prepare(temporary.resolve("new/deep")).abandon();
    assertThat(temporary.resolve("new/deep")).doesNotExist();
    Path old = Files.createDirectory(temporary.resolve("old"));
    OutputFolder.prepare(old).abandon();
    assertThat(old).isEmptyDirectory();
  }
}
