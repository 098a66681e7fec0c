import type { ChatView, Content, SentMessage } from '../../../channels/telegram/simulator/index.ts';
import type { SandboxServer } from './sandbox-server.ts';

/** What customers do on the simulated platform of a sandbox in another process. */
export interface Platform {
  send(chat: number, content: WireContent, about?: object): Promise<{ messageId: number }>;
  album(chat: number, items: readonly WireContent[], about?: object): Promise<{ messageId: number }[]>;
  react(chat: number, message: number, emoji: readonly string[]): Promise<void>;
  order(name: string, body: object): Promise<unknown>;
  /** The chat as its people see it now. */
  view(chat: number): Promise<ChatView>;
  /** Messages of ours in a chat, in order. */
  sent(chat: number): Promise<SentMessage[]>;
}

/** A content as it goes over the wire: a file's bytes as base64. */
export type WireContent = Readonly<Record<string, unknown>> & { kind: Content['kind'] };

/** The simulator of this sandbox, by its own door. */
export function platformOf(server: SandboxServer): Platform {
  const url = /curl -s (http\S+)\/say/.exec(server.output())?.[1];
  if (url === undefined) throw new Error('the sandbox did not say where its simulator is driven from');
  const ask = async (method: string, path: string, body?: object): Promise<unknown> => {
    const init = body === undefined ? { method } : { method, body: JSON.stringify(body) };
    const response = await fetch(`${url}/${path}`, init);
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return response.json();
  };
  return {
    send: async (chat, content, about = {}) =>
      (await ask('POST', 'send', { chat, content, ...about })) as { messageId: number },
    album: async (chat, items, about = {}) =>
      ((await ask('POST', 'album', { chat, items, ...about })) as { written: { messageId: number }[] }).written,
    react: async (chat, message, emoji) => void (await ask('POST', 'react', { chat, message, emoji })),
    order: (name, body) => ask('POST', name, body),
    view: async (chat) => (await ask('GET', `view?chat=${chat}`)) as ChatView,
    sent: async (chat) => (await ask('GET', `messages?chat=${chat}`)) as SentMessage[],
  };
}
