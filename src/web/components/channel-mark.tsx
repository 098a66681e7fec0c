import { AtSign, Hash, Mail, MessageSquare, Send } from 'lucide-react';
import type { ReactNode } from 'react';

const NAMES: Readonly<Record<string, string>> = { telegram: 'Telegram', discord: 'Discord', x: 'X', email: 'E-mail' };
const ICONS = { telegram: Send, discord: Hash, x: AtSign, email: Mail } as const;

/** What people call the channel. A product's name is the same in every language. */
export function channelName(channel: string): string {
  return NAMES[channel] ?? channel;
}

/** The channel as a small icon. Decoration: say the name beside it, or in what it labels. */
export function ChannelMark({ channel, size = 12 }: { channel: string; size?: number }): ReactNode {
  const Icon = Object.hasOwn(ICONS, channel) ? ICONS[channel as keyof typeof ICONS] : MessageSquare;
  return <Icon size={size} aria-hidden className="shrink-0" />;
}
