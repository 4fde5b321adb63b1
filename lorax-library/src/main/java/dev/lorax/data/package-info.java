/** Samples to learn from: what files hold, and what a model sees of it. */
package dev.lorax.data;
