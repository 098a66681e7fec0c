import type { ChannelFactory } from '../src/core/ports/channel.ts';
import { discord } from './discord/index.ts';
import { email } from './email/index.ts';
import { telegram } from './telegram/index.ts';
import { web } from './web/index.ts';
import { x } from './x/index.ts';

/** Every channel there is. A new one is a folder beside the others and a line here. */
export const channelFactories: readonly ChannelFactory[] = [telegram, email, web, discord, x];
