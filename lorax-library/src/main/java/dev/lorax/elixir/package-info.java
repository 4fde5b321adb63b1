/**
 * Adapters of the Elixir package {@code lorax}, read: its {@code .lorax} files of parameters.
 *
 * <pre>{@code
 * LoraConfig config = LoraConfig.builder().rank(4).alpha(8).targetKey(true).build(); // as there
 * Adapter adapter = ElixirAdapter.read(Path.of("elixir-chat-r4a8.lorax"), base, config);
 * }</pre>
 *
 * <p>Such a file is what {@code Nx.serialize} makes of a map: {@link
 * dev.lorax.elixir.LoraxParameters} says how its layers are named. Next: {@code dev.lorax.peft},
 * which writes the adapter so that others can read it.
 */
package dev.lorax.elixir;
