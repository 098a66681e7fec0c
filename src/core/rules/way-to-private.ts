import { type Button, GO_PRIVATE } from '../model/extras.ts';
import type { ChannelAccount } from '../ports/channel.ts';

/** The button that leads out of a public place, for what we say there; null in private, and where the account opens no private places. */
export function wayToPrivate(
  account: Pick<ChannelAccount, 'opensPrivately'>,
  threadKind: 'private' | 'group' | 'channel',
  label: string,
): Button | null {
  return threadKind === 'private' || account.opensPrivately !== true ? null : { label, data: GO_PRIVATE };
}

/** The rows of buttons with one more below them, where the channel takes that many. */
export function withButton(
  { capabilities }: Pick<ChannelAccount, 'capabilities'>,
  rows: readonly (readonly Button[])[],
  button: Button | null,
): readonly (readonly Button[])[] {
  if (button === null) return rows;
  // Without buttons the channel shows the way in a manner of its own.
  if (capabilities.buttons === null) return [[button]];
  return rows.length >= capabilities.buttons.maxRows ? rows : [...rows, [button]];
}
