/**
 * Models and adapters from the Hugging Face hub, kept in the cache that Python's huggingface_hub
 * uses too.
 *
 * <pre>{@code
 * Hub hub = new Hub(HubSettings.of(System.getenv()));
 * Path folder = hub.download(Repo.parse("Qwen/Qwen2.5-0.5B@main"), DownloadListener.SILENT);
 * }</pre>
 *
 * <p>What one of the two has downloaded, the other finds. {@link dev.lorax.hub.HubSettings} names
 * the environment variables that count; whatever goes wrong comes as one line, a {@link
 * dev.lorax.hub.HubException}. Next: {@code dev.lorax.checkpoint}, which opens the folder.
 */
package dev.lorax.hub;
