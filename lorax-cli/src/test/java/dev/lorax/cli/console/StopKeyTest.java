package dev.lorax.cli.console;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class StopKeyTest {
  private final StopKey key = new StopKey();

  @Test
  void stopsWhatRunsFirstAndEndsTheProcessOnlyThen() {
    key.begin();
    assertThat(key.isPressed()).isFalse();
    assertThat(key.press()).isFalse();
    assertThat(key.isPressed()).isTrue();
    assertThat(key.press()).isTrue();
  }

  @Test
  void endsTheProcessWhereNothingRuns() {
    assertThat(key.press()).isTrue();
    key.begin();
    key.end();
    assertThat(key.press()).isTrue();
  }

  @Test
  void isReleasedWhenTheNextThingBegins() {
    key.begin();
    key.press();
    key.end();
    key.begin();
    assertThat(key.isPressed()).isFalse();
    assertThat(key.press()).isFalse();
  }
}
