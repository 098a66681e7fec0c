/** Visitors of the web chat: each has a session and an open stream, writes over keep-alive connections, and hears the answers. */
import http from 'node:http';

/** Characters of a message, as long as Telegram's. */
const WORDS = 400;

/**
 * @param {{port: number, path: string, chats: number, connections: number}} target path of the chat, without a slash at its end
 * @param {(number: number, length: number) => string} wordsOf
 * @param {(chat: number, text: string) => void} onReply told of each message of ours in a visitor's stream
 * @returns {Promise<object>} how a run hands over its messages; see `createRun`
 */
export async function openVisitors({ port, path, chats, connections }, wordsOf, onReply) {
  const agent = new http.Agent({ keepAlive: true, maxSockets: connections });
  const streams = [];
  let writing = 0;

  /** @param {object | null} body @returns {Promise<{status: number, text: string}>} */
  function call(name, authorization, body) {
    const json = JSON.stringify(body);
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(json), ...authorization };
    return new Promise((resolve, reject) => {
      const request = http.request(
        { host: '127.0.0.1', port, path: `${path}/${name}`, method: 'POST', agent, headers },
        (response) => {
          let text = '';
          response.on('data', (chunk) => {
            text += chunk;
          });
          response.on('end', () => resolve({ status: response.statusCode, text }));
        },
      );
      request.on('error', reject);
      request.end(json);
    });
  }

  async function open(chat) {
    const { text } = await call('session', {}, {});
    const authorization = { authorization: `Bearer ${JSON.parse(text).session}` };
    await new Promise((resolve, reject) => {
      const request = http.get(
        { host: '127.0.0.1', port, path: `${path}/events`, headers: authorization },
        (stream) => {
          streams.push(request);
          if (stream.statusCode !== 200) reject(new Error(`a stream is refused with ${stream.statusCode}`));
          let rest = '';
          stream.on('data', (chunk) => {
            rest += chunk;
            const blocks = rest.split('\n\n');
            rest = blocks.pop();
            for (const block of blocks) hear(chat, block);
            resolve();
          });
          stream.on('error', () => undefined);
        },
      );
      request.on('error', reject);
    });
    return authorization;
  }

  function hear(chat, block) {
    const data = /^data: (.*)$/m.exec(block)?.[1];
    if (data === undefined || !block.startsWith('event: entry')) return;
    const { mine, text } = JSON.parse(data);
    if (mine === false) onReply(chat, text);
  }

  const visitors = [];
  for (let chat = 0; chat < chats; chat += 1) visitors.push(await open(chat));
  return {
    bodyOf: (number, chat) => ({ chat, clientId: `message-${number}-${Date.now()}`, text: wordsOf(number, WORDS) }),
    free: () => writing < connections,
    post({ chat, clientId, text }, done) {
      writing += 1;
      const settle = (status) => {
        writing -= 1;
        done(status);
      };
      call('messages', visitors[chat], { clientId, text }).then(
        ({ status }) => settle(status),
        () => settle(0),
      );
    },
    close() {
      for (const stream of streams) stream.destroy();
      agent.destroy();
    },
  };
}
