package dev.lorax.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AtomicFileTest {
  @TempDir Path folder;

  @Test
  void writes_and_writes_over_and_leaves_nothing_else() {
    Path file = folder.resolve("a.json");
    AtomicFile.write(file, "old");
    AtomicFile.write(file, "new ü");
    assertThat(file).hasContent("new ü");
    assertThat(folder).isDirectoryNotContaining("glob:**.tmp");
  }

  @Test
  void makes_missing_folders() {
    AtomicFile.write(folder.resolve("x/y/a.txt"), "text");
    assertThat(folder.resolve("x/y/a.txt")).hasContent("text");
  }

  @Test
  void others_may_read_it_as_any_new_file() throws IOException {
    Path plain = Files.writeString(folder.resolve("plain"), "");
    AtomicFile.write(folder.resolve("atomic"), "");
    if (Files.getFileStore(folder).supportsFileAttributeView("posix")) {
      assertThat(
              PosixFilePermissions.toString(
                  Files.getPosixFilePermissions(folder.resolve("atomic"))))
          .isEqualTo(PosixFilePermissions.toString(Files.getPosixFilePermissions(plain)));
    }
  }

  @Test
  void the_old_file_is_there_until_the_new_one_is_complete() {
    Path file = folder.resolve("a");
    AtomicFile.write(file, "old");
    AtomicFile.write(
        file,
        channel -> {
          channel.write(ByteBuffer.wrap(new byte[] {'n'}));
          assertThat(file).hasContent("old");
        });
    assertThat(file).hasContent("n");
  }

  @Test
  void any_failure_leaves_the_old_file_and_no_temporary_one() {
    Path file = folder.resolve("a");
    AtomicFile.write(file, "old");
    assertThatThrownBy(
            () ->
                AtomicFile.write(
                    file,
                    channel -> {
                      channel.write(ByteBuffer.wrap(new byte[] {'n'}));
                      throw new IllegalStateException("boom");
                    }))
        .hasMessage("boom");
    assertThat(file).hasContent("old");
    assertThat(folder.toFile().list()).containsExactly("a");
  }

  @Test
  void a_full_disk_is_one_line_with_the_bytes_that_are_needed() {
    Path file = folder.resolve("a");
    AtomicFile.write(file, "old");
    assertThatThrownBy(() -> AtomicFile.write(file, 12345, channel -> full()))
        .isInstanceOf(CheckpointException.class)
        .hasMessageMatching(
            ".*a: the disk is full: 12345 bytes are needed, \\d+ are free;"
                + " make room, or choose another place");
    assertThat(file).hasContent("old");
    assertThat(folder.toFile().list()).containsExactly("a");
  }

  @Test
  void a_full_disk_where_the_size_is_not_known_tells_what_was_written() {
    assertThatThrownBy(
            () ->
                AtomicFile.write(
                    folder.resolve("a"),
                    channel -> {
                      channel.write(ByteBuffer.allocate(7));
                      full();
                    }))
        .hasMessageContaining("the disk is full: more than 7 bytes are needed");
  }

  static void full() throws IOException {
    throw new IOException("No space left on device");
  }

  @Test
  void other_faults_of_the_disk_are_one_line() {
    AtomicFile.write(folder.resolve("file"), "");
    assertThatThrownBy(() -> AtomicFile.write(folder.resolve("file/a"), "text"))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("cannot be written (")
        .hasMessageEndingWith("check the path and its permissions");
  }

  @Test
  void a_folder_is_not_written_over() {
    assertThatThrownBy(() -> AtomicFile.write(folder, "text"))
        .isInstanceOf(CheckpointException.class)
        .hasMessage(folder + ": is a folder: name a file in it");
  }
}
