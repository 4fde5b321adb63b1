package dev.lorax.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AtomicFolderTest {
  @TempDir Path folder;
  private Path target;

  @BeforeEach
  void name() {
    target = folder.resolve("adapter");
  }

  @Test
  void all_files_appear_at_once() {
    AtomicFolder.create(
        target,
        temporary -> {
          AtomicFile.write(temporary.resolve("sub/a"), "1");
          Files.writeString(temporary.resolve("b"), "2");
          assertThat(target).doesNotExist();
        });
    assertThat(target.resolve("sub/a")).hasContent("1");
    assertThat(target.resolve("b")).hasContent("2");
    assertThat(folder.toFile().list()).containsExactly("adapter");
  }

  @Test
  void an_empty_folder_is_filled() throws IOException {
    Files.createDirectory(target);
    AtomicFolder.create(target, AtomicFolderTest::fill);
    assertThat(target.resolve("new")).hasContent("new");
    assertThat(folder.toFile().list()).containsExactly("adapter");
  }

  @Test
  void a_folder_with_files_is_refused() throws IOException {
    old();
    assertThatThrownBy(() -> AtomicFolder.create(target, AtomicFolderTest::fill))
        .isInstanceOf(CheckpointException.class)
        .hasMessage(target + ": is not empty: choose another or remove it");
    assertThat(target.toFile().list()).containsExactly("old");
  }

  @Test
  void a_folder_with_files_is_replaced_when_that_is_asked_for() throws IOException {
    old();
    AtomicFolder.replace(target, AtomicFolderTest::fill);
    assertThat(target.toFile().list()).containsExactly("new");
    assertThat(folder.toFile().list()).containsExactly("adapter");
  }

  @Test
  void a_failure_leaves_the_old_folder_and_no_temporary_one() throws IOException {
    old();
    assertThatThrownBy(
            () ->
                AtomicFolder.replace(
                    target,
                    temporary -> {
                      fill(temporary);
                      throw new IllegalStateException("boom");
                    }))
        .hasMessage("boom");
    assertThat(target.toFile().list()).containsExactly("old");
    assertThat(folder.toFile().list()).containsExactly("adapter");
  }

  @Test
  void a_full_disk_is_told_with_the_name_that_the_user_gave() {
    assertThatThrownBy(
            () ->
                AtomicFolder.create(
                    target,
                    temporary ->
                        AtomicFile.write(
                            temporary.resolve("a"), 99, channel -> AtomicFileTest.full())))
        .isInstanceOf(CheckpointException.class)
        .hasMessageStartingWith(target.resolve("a") + ": the disk is full: 99 bytes are needed");
    assertThatThrownBy(
            () ->
                AtomicFolder.create(
                    target,
                    temporary -> {
                      fill(temporary);
                      AtomicFileTest.full();
                    }))
        .hasMessageStartingWith(target + ": the disk is full: more than 3 bytes are needed");
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void deleting_takes_the_links_in_a_folder_and_not_what_they_point_to() throws IOException {
    Path kept = Files.writeString(folder.resolve("kept"), "kept");
    old();
    Files.createSymbolicLink(target.resolve("link"), kept);
    Files.createSymbolicLink(target.resolve("broken"), folder.resolve("nowhere"));
    AtomicFolder.delete(target);
    AtomicFolder.delete(target); // what is not there is gone already
    assertThat(folder.toFile().list()).containsExactly("kept");
  }

  @Test
  void a_file_of_that_name_is_refused() throws IOException {
    Files.writeString(target, "");
    assertThatThrownBy(() -> AtomicFolder.replace(target, AtomicFolderTest::fill))
        .hasMessage(target + ": is a file, not a folder: choose another or remove it");
  }

  @Test
  void the_home_and_the_current_folder_are_never_replaced() {
    for (String property : new String[] {"user.home", "user.dir"}) {
      Path precious = Path.of(System.getProperty(property));
      assertThatThrownBy(() -> AtomicFolder.replace(precious, AtomicFolderTest::fill))
          .hasMessageContaining("is not replaced: choose another");
    }
  }

  private void old() throws IOException {
    Files.createDirectory(target);
    Files.writeString(target.resolve("old"), "old");
  }

  private static void fill(Path temporary) throws IOException {
    Files.writeString(temporary.resolve("new"), "new");
  }
}
