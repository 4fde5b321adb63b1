/** The {@code lorax} command. */
package dev.lorax.cli;
