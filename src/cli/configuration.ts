import { channelFactories } from '../../channels/registry.ts';
import { type LoadedConfig, loadConfig } from '../../config/load.ts';
import type { ChannelSchemas } from '../../config/schema.ts';

/** The configuration schemas of all channels. */
export function channelSchemas(): ChannelSchemas {
  return new Map(channelFactories.map((factory) => [factory.channel, factory.configSchema]));
}

/** Loads the configuration a command works with. @throws {ConfigError} with all mistakes */
export function configurationOf(options: { config?: string | undefined }): LoadedConfig {
  return loadConfig({ file: options.config, channels: channelSchemas() });
}
