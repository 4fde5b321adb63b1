package dev.lorax.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lorax.jinja.TemplateException;
import java.time.LocalDateTime;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TimeFormatTest {
  private static final LocalDateTime TIME = LocalDateTime.of(2026, 3, 5, 7, 8, 9);

  @ParameterizedTest
  @CsvSource(
      delimiter = '=',
      textBlock =
          """
          %d %b %Y=05 Mar 2026
          %B %-d, %Y=March 5, 2026
          %A %a %y %m %j=Thursday Thu 26 03 064
          %H:%M:%S %I %p %-I=07:08:09 07 AM 7
          %F %T %D %R=2026-03-05 07:08:09 03/05/26 07:08
          %Y-%m-%d|%e|%%|%f|%Z=2026-03-05| 5|%|000000|
          %c=Thu Mar  5 07:08:09 2026
          """)
  void timesAreWrittenAsPythonDoes(String pattern, String expected) {
    assertThat(TimeFormat.format(pattern, TIME)).isEqualTo(expected);
  }

  @Test
  void unknownCodesAreNamed() {
    assertThatThrownBy(() -> TimeFormat.format("%Q", TIME))
        .isInstanceOf(TemplateException.class)
        .hasMessageContaining("%Q");
  }
}
