package dev.lorax.cli.training;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ProcessorTest {
  private static final String EVERYWHERE = "Name:\tjava\nCpus_allowed_list:\t0-1023\n";

  /** As Linux tells it on x86: the second half of the threads are the first half's siblings. */
  static String x86(int threads, int sockets, int coresASocket, String flags) {
    return IntStream.range(0, threads)
        .mapToObj(
            i ->
                """
                processor\t: %d
                model name\t: Some Processor
                physical id\t: %d
                core id\t\t: %d
                flags\t\t: fpu avx2 avx512f %s
                power management:
                """
                    .formatted(i, i / coresASocket % sockets, i % coresASocket, flags))
        .collect(Collectors.joining("\n"));
  }

  @Test
  void countsHyperthreadsOfACoreOnce() {
    Processor processor = Processor.parse(x86(16, 2, 4, ""), EVERYWHERE);
    assertThat(processor.threads()).isEqualTo(16);
    assertThat(processor.cores()).isEqualTo(8);
  }

  @Test
  void countsOnlyWhereTheProcessMayRun() {
    String status = "Cpus_allowed_list:\t0-1,8,11\n";
    Processor processor = Processor.parse(x86(16, 2, 4, ""), status);
    assertThat(processor.threads()).isEqualTo(4);
    assertThat(processor.cores()).isEqualTo(3); // 0 and 8 are one
  }

  @Test
  void knowsTheInstructionsForBfloat16() {
    assertThat(Processor.parse(x86(2, 1, 2, "avx512_bf16"), "").bfloat16()).contains(true);
    assertThat(Processor.parse(x86(2, 1, 2, "amx_tile amx_bf16"), "").bfloat16()).contains(true);
    assertThat(Processor.parse(x86(2, 1, 2, "avx512_bf16x"), "").bfloat16()).contains(false);
  }

  @Test
  void saysNothingOfOtherProcessors() {
    String arm =
        """
        processor\t: 0
        BogoMIPS\t: 243.75
        Features\t: fp asimd bf16

        processor\t: 1
        BogoMIPS\t: 243.75
        Features\t: fp asimd bf16
        """;
    assertThat(Processor.parse(arm, EVERYWHERE)).isEqualTo(new Processor(2, 0, Optional.empty()));
  }

  @Test
  void saysNothingOfOtherSystems() {
    assertThat(Processor.parse("", "")).isEqualTo(new Processor(0, 0, Optional.empty()));
  }

  @Test
  void believesNoCoreWithAnyNumberOfThreads() {
    assertThat(Processor.parse(x86(8, 1, 1, ""), EVERYWHERE).cores()).isZero();
  }

  @Test
  void readsThisMachines() {
    Processor processor = Processor.here();
    assertThat(processor.cores()).isBetween(0, processor.threads());
  }
}
