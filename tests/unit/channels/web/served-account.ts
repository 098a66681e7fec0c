import { webConfig } from '../../../../channels/web/config.ts';
import { createWebAccount } from '../../../../channels/web/index.ts';
import { createSessions, type Visitor } from '../../../../channels/web/session.ts';
import { BodyTooLarge } from '../../../../src/core/errors.ts';
import type { ChannelAccount, ChannelDeps, InboundSink, ServedAnswer } from '../../../../src/core/ports/channel.ts';
import { type RecordingDeps, recordingDeps } from '../../../kit/channels/recording.ts';

/** An account over memory that is asked as the gateway asks it. */
export interface ServedAccount {
  readonly account: ChannelAccount;
  readonly deps: RecordingDeps;
  post(visitor: Visitor, path: string, body: object, sink: InboundSink): Promise<ServedAnswer>;
  /** @returns what a message names the file by */
  upload(visitor: Visitor, bytes: Buffer): Promise<string>;
}

/** @param given instead of what the account would get */
export function serveAccount(echoMs: number, given: Pick<ChannelDeps, 'onTyping'> = {}): ServedAccount {
  const deps = { ...recordingDeps(), ...given };
  const limits = { messagesPerMinute: 10_000, messagesPerMinuteAndAddress: 100_000, filesPerMinute: 1_000 };
  const config = webConfig.parse({ id: 'chat', channel: 'web', origins: [], limits });
  const account = createWebAccount(config, deps, { echoMs });
  const sessions = createSessions('chat', deps.records.sign, () => Date.now());
  async function ask(visitor: Visitor, path: string, bytes: Buffer, sink: InboundSink): Promise<ServedAnswer> {
    const answer = await account.serve?.(
      {
        method: 'POST',
        path,
        headers: { authorization: `Bearer ${sessions.issue(visitor).token}`, 'content-type': 'application/json' },
        body: (maxBytes) =>
          bytes.length > maxBytes ? Promise.reject(new BodyTooLarge(maxBytes)) : Promise.resolve(bytes),
        address: '::1',
        host: 'chat.test',
        signal: AbortSignal.timeout(10_000),
      },
      sink,
    );
    if (answer === undefined) throw new Error('the account serves nobody');
    return answer;
  }
  return {
    account,
    deps,
    post: (visitor, path, body, sink) => ask(visitor, path, Buffer.from(JSON.stringify(body)), sink),
    async upload(visitor, bytes) {
      const answer = await ask(visitor, '/files', bytes, () => Promise.resolve());
      const said: unknown = JSON.parse(typeof answer.body === 'string' ? answer.body : '');
      const file: unknown = typeof said === 'object' && said !== null ? Reflect.get(said, 'file') : undefined;
      if (typeof file !== 'string') throw new Error(`no file: ${answer.status}`);
      return file;
    },
  };
}
