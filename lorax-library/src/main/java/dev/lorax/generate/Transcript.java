package dev.lorax.generate;

import dev.lorax.text.TextStream;
import java.util.List;

/** Turns the ids of one sequence into text, up to a stop string. */
final class Transcript {
  private final TextStream stream;
  private final StopStrings stops;
  private final StringBuilder fresh = new StringBuilder();

  Transcript(TextStream stream, List<String> stops) {
    this.stream = stream;
    this.stops = new StopStrings(stops);
  }

  /** Writes what the sequence's last id adds, and ends the sequence at a stop string. */
  void write(Decoded sequence, Decoding decoding) {
    if (sequence.reason() != StopReason.END_ID) {
      fresh.append(stops.next(stream.next(sequence.last())));
    }
    if (!sequence.isRunning()) {
      fresh.append(stops.next(stream.finish())).append(stops.finish());
    }
    if (stops.isFound()) {
      decoding.end(sequence, StopReason.STOP_STRING);
    }
  }

  /** The text since the last call. */
  String take() {
    String text = fresh.toString();
    fresh.setLength(0);
    return text;
  }
}
