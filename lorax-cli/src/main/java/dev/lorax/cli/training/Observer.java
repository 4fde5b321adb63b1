package dev.lorax.cli.training;

import dev.lorax.train.Step;
import java.util.List;

/** Sees a run while it happens. */
public interface Observer {
  /** After every optimiser step. */
  default void stepped(Step step) {}

  /** After every measurement on what is held out. */
  default void measured(Measure measure) {}

  /** After every optimiser step, and its measurement if it has one. */
  default void settled(Step step) {}

  /** Nothing more will come. */
  default void ended() {}

  /** Several observers as one; each is told in that order. */
  static Observer all(List<Observer> observers) {
    return new Observer() {
      @Override
      public void stepped(Step step) {
        observers.forEach(observer -> observer.stepped(step));
      }

      @Override
      public void measured(Measure measure) {
        observers.forEach(observer -> observer.measured(measure));
      }

      @Override
      public void settled(Step step) {
        observers.forEach(observer -> observer.settled(step));
      }

      @Override
      public void ended() {
        observers.forEach(Observer::ended);
      }
    };
  }
}
