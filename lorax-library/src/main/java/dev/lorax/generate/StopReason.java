package dev.lorax.generate;

/** Why a generated text ended. */
public enum StopReason {
  /** The model gave one of its end tokens, or one of the ids that the caller stops at. */
  END_ID,
  /** One of the caller's stop strings came up; the text is cut before it. */
  STOP_STRING,
  /** As many tokens as the caller wanted. */
  MAX_TOKENS,
  /** Prompt and text together fill the model's context. */
  CONTEXT_FULL
}
