/** A minimal HTTP/1.1 client for one webhook: keep-alive, one request at a time per connection, next to no CPU. */
import net from 'node:net';

const END_OF_HEAD = Buffer.from('\r\n\r\n');
const END_OF_CHUNKS = '0\r\n\r\n';

/**
 * @param {{port: number, path: string, secret: string, connections: number}} target
 */
export function createWebhookClient({ port, path, secret, connections }) {
  const head =
    `POST ${path} HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\ncontent-type: application/json\r\n` +
    `x-telegram-bot-api-secret-token: ${secret}\r\ncontent-length: `;
  const idle = [];
  let open = 0;
  let closed = false;

  function connect() {
    open += 1;
    const socket = net.connect({ port, host: '127.0.0.1', noDelay: true });
    const line = { socket, done: null, received: null };
    socket.on('data', (chunk) => {
      line.received = line.received === null ? chunk : Buffer.concat([line.received, chunk]);
      const status = completeStatus(line.received);
      if (status === null) return;
      line.received = null;
      const { done } = line;
      line.done = null;
      idle.push(line);
      done?.(status);
    });
    const lost = () => {
      if (line.socket === null) return;
      line.socket = null;
      open -= 1;
      const place = idle.indexOf(line);
      if (place >= 0) idle.splice(place, 1);
      const { done } = line;
      line.done = null;
      done?.(0);
    };
    socket.on('error', lost);
    socket.on('close', lost);
    return line;
  }

  return {
    /** Whether a request could be written at once. */
    free: () => !closed && (idle.length > 0 || open < connections),
    /**
     * Writes one request. Only when `free()`.
     * @param {(status: number) => void} done 0 when the connection was lost
     */
    post(body, done) {
      const line = idle.pop() ?? connect();
      line.done = done;
      line.socket.cork();
      line.socket.write(`${head}${body.length}\r\n\r\n`, 'latin1');
      line.socket.write(body);
      line.socket.uncork();
    },
    close() {
      closed = true;
      for (const line of idle.splice(0)) line.socket?.destroy();
    },
  };
}

/** The status of a response that is all there, else null. */
function completeStatus(received) {
  const end = received.indexOf(END_OF_HEAD);
  if (end < 0) return null;
  const head = received.toString('latin1', 0, end).toLowerCase();
  const status = Number(head.slice(9, 12));
  const body = received.length - end - END_OF_HEAD.length;
  const length = /\r\ncontent-length: *(\d+)/.exec(head);
  if (length !== null) return body >= Number(length[1]) ? status : null;
  if (status === 204 || !head.includes('transfer-encoding: chunked')) return status;
  return received.toString('latin1', received.length - END_OF_CHUNKS.length) === END_OF_CHUNKS ? status : null;
}
