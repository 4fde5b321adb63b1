/** Conversations, and the templates by which models write them as text. */
package dev.lorax.chat;
