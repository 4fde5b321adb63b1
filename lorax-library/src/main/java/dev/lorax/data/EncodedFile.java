package dev.lorax.data;

import java.util.List;

/**
 * The samples of a file as a model learns them. A sample is read and encoded each time it is asked
 * for; one that cannot be used gives no example, and is counted.
 */
public final class EncodedFile implements Examples {
  private final DataFile file;
  private final SampleEncoder encoder;
  private final Findings findings;

  /**
   * The samples of an open file; whoever opened it closes it.
   *
   * @throws DataException if they are conversations, and there is no chat template
   */
  public EncodedFile(DataFile file, SampleEncoder encoder) {
    Layout layout = file.format().layout();
    if (layout.isChat() && !encoder.writesChats()) {
      throw new DataException(
          file.file(), "holds " + layout + ", but " + SampleEncoder.NO_TEMPLATE);
    }
    this.file = file;
    this.encoder = encoder;
    findings = file.findings();
  }

  @Override
  public int count() {
    return file.count();
  }

  @Override
  public int length(int index) {
    return file.length(index);
  }

  @Override
  public List<Example> examples(int index) {
    try {
      Encoded encoded = encoder.encode(file.read(index));
      encoded.findings().forEach(found -> findings.add(index, found, "is " + found));
      return encoded.examples();
    } catch (Fault fault) {
      findings.add(index, fault.finding(), fault.getMessage());
      return List.of();
    }
  }

  @Override
  public String place(int index) {
    return "%s, line %,d".formatted(file.file(), file.line(index));
  }

  /** What was found so far, about the samples that were asked for. */
  public Findings findings() {
    return findings;
  }
}
