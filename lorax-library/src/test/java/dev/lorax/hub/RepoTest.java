package dev.lorax.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RepoTest {
  @Test
  void aRevisionFollowsAnAt() {
    assertThat(Repo.parse("Qwen/Qwen2.5-0.5B")).isEqualTo(new Repo("Qwen/Qwen2.5-0.5B", "main"));
    assertThat(Repo.parse("a/b@v1.0")).isEqualTo(new Repo("a/b", "v1.0"));
    assertThat(Repo.parse("a/b@refs/pr/7").revision()).isEqualTo("refs/pr/7");
    assertThat(Repo.parse("a/b@v1.0")).hasToString("a/b@v1.0");
    assertThat(Repo.parse("a/b@main")).hasToString("a/b");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "gpt2", "./a/b", "../b", "/a/b", "a/b/c", "a\\b", "a--b/c", "a/..b", "a/b.", "a/b.git",
        "a b/c", "~/b", "C:/x", "a/", "/b", ""
      })
  void whatIsNoIdMayBeAFolder(String text) {
    assertThat(Repo.find(text)).isEmpty();
    assertThatThrownBy(() -> Repo.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("write ORG/NAME, for example");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "..", "a/../b", "/a", "a/", "a//b", "a b", "a\\b", "a\nb", "a?b"})
  void aRevisionThatCouldLeaveTheCacheIsRefused(String revision) {
    assertThatThrownBy(() -> Repo.find("a/b@" + revision))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("give a branch, a tag or a commit");
  }
}
