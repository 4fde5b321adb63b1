package dev.lorax.cli.console;

import java.lang.reflect.Proxy;

/**
 * Ctrl-C that stops what is going on first, and ends the process only then, or where nothing is.
 *
 * <p>Until {@link #listen} is called, Ctrl-C ends the process at once.
 */
public final class StopKey {
  private static final int INTERRUPTED = 130; // as shells tell it

  private boolean running;
  private boolean pressed;

  /**
   * From now on Ctrl-C is asked for. Where a Java has no {@code sun.misc.Signal}, for which there
   * is no other name, Ctrl-C goes on to end the process.
   */
  public void listen() {
    try {
      Class<?> signal = Class.forName("sun.misc.Signal");
      Class<?> handler = Class.forName("sun.misc.SignalHandler");
      Object mine =
          Proxy.newProxyInstance(
              StopKey.class.getClassLoader(),
              new Class<?>[] {handler},
              (proxy, method, arguments) -> {
                if (method.getName().equals("handle") && press()) {
                  System.exit(INTERRUPTED);
                }
                return null;
              });
      signal
          .getMethod("handle", signal, handler)
          .invoke(null, signal.getConstructor(String.class).newInstance("INT"), mine);
    } catch (ReflectiveOperationException | IllegalArgumentException none) {
      // as before
    }
  }

  /** Something begins that can be stopped. */
  public synchronized void begin() {
    running = true;
    pressed = false;
  }

  /** Whether it is to stop. */
  public synchronized boolean isPressed() {
    return pressed;
  }

  /** It has ended. */
  public synchronized void end() {
    running = false;
  }

  /** The key is pressed; returns whether the process is to end. */
  synchronized boolean press() {
    boolean ends = !running || pressed;
    pressed = true;
    return ends;
  }
}
