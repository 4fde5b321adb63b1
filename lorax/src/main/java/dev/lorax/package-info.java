/** Lorax for Java: LoRA fine-tuning of language models by rewriting their graph. */
package dev.lorax;
