package dev.lorax.hub;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.http.HttpTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** An answer's body piece by piece: where Java's own would wait for ever, this one gives up. */
final class ArrivingBytes implements Flow.Subscriber<List<ByteBuffer>>, AutoCloseable {
  private static final List<ByteBuffer> END = Collections.unmodifiableList(new ArrayList<>());
  private static final int LONGEST_TEXT = 100_000_000;

  private final Duration timeout;
  private final BlockingQueue<List<ByteBuffer>> pieces = new LinkedBlockingQueue<>();
  private volatile Flow.Subscription subscription;
  private volatile Throwable failure;
  private volatile boolean closed;

  ArrivingBytes(Flow.Publisher<List<ByteBuffer>> body, Duration timeout) {
    this.timeout = timeout;
    body.subscribe(this);
  }

  /**
   * The next bytes; an empty list at the end.
   *
   * @throws IOException if the connection broke, or nothing came in time
   */
  List<ByteBuffer> next() throws IOException {
    List<ByteBuffer> piece = take();
    if (piece == null) {
      close();
      throw new HttpTimeoutException("nothing came for %d s".formatted(timeout.toSeconds()));
    }
    if (piece != END) {
      subscription.request(1);
    } else if (failure != null) {
      throw failure instanceof IOException known ? known : new IOException(failure);
    }
    return piece;
  }

  private List<ByteBuffer> take() {
    try {
      return pieces.poll(timeout.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException stop) {
      close();
      throw HubException.interrupted(stop);
    }
  }

  /** All that is left. */
  byte[] all() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (List<ByteBuffer> piece = next(); !piece.isEmpty(); piece = next()) {
      for (ByteBuffer buffer : piece) {
        byte[] part = new byte[buffer.remaining()];
        buffer.get(part);
        bytes.write(part);
      }
      if (bytes.size() > LONGEST_TEXT) {
        throw new IOException("the answer is too long");
      }
    }
    return bytes.toByteArray();
  }

  @Override
  public void onSubscribe(Flow.Subscription given) {
    subscription = given;
    if (closed) {
      given.cancel();
    } else {
      given.request(1);
    }
  }

  @Override
  public void onNext(List<ByteBuffer> piece) {
    pieces.add(piece);
  }

  @Override
  public void onError(Throwable thrown) {
    failure = thrown;
    pieces.add(END);
  }

  @Override
  public void onComplete() {
    pieces.add(END);
  }

  /** Wants no more; the connection is dropped if there is more. */
  @Override
  public void close() {
    closed = true;
    if (subscription != null) {
      subscription.cancel();
    }
  }
}
