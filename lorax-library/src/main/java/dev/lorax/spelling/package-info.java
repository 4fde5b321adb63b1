/**
 * How far apart two names are, for messages that guess what somebody meant.
 *
 * <pre>{@code
 * EditDistance.between("valeu", "value");   // 2
 * }</pre>
 *
 * <p>How near is near enough is for those to say who guess. Next: {@link dev.lorax.lora.Targets},
 * whose errors name the nearest targets.
 */
package dev.lorax.spelling;
