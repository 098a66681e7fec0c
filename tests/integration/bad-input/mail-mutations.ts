/** Makes damaged mails out of whole ones; the same seed makes the same mails. */
export function createMutator(seed: number): {
  next(limit: number): number;
  mutate(mail: Buffer, other: Buffer): Buffer;
} {
  let state = seed >>> 0 || 1;
  /** Xorshift: a whole number from 0 to below `limit`. */
  const next = (limit: number): number => {
    state ^= state << 13;
    state >>>= 0;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state % Math.max(1, limit);
  };
  const SPLINTERS = [
    '\r\n\r\n',
    '\n',
    '--',
    '=?utf-8?B?',
    '?=',
    '=',
    '\0',
    '<',
    '>',
    '"',
    '(',
    ';',
    'boundary=',
    'Content-Type: multipart/mixed; boundary=x\n\n--x\n',
    'Content-Transfer-Encoding: base64\n',
    '<blockquote type="cite">',
    '<!--',
    'On Mon, 2 Mar 2026 wrote:\n> ',
    'begin 644 a\n',
    '=ybegin name=a\n',
    '\x1b$B',
    '+AGE-',
    'From: a@b\nSent: x\nTo: y\nSubject: z\n',
  ];
  const once = (mail: Buffer, other: Buffer): Buffer => {
    const at = next(mail.length + 1);
    const to = Math.min(mail.length, at + next(200));
    const head = mail.subarray(0, at);
    switch (next(7)) {
      case 0:
        return Buffer.concat([head, mail.subarray(to)]);
      case 1:
        return Buffer.concat([head, Buffer.from(SPLINTERS[next(SPLINTERS.length)] ?? '', 'latin1'), mail.subarray(at)]);
      case 2: {
        const copy = Buffer.from(mail);
        for (let index = at; index < Math.min(to, at + 8); index += 1) copy[index] = next(256);
        return copy;
      }
      case 3:
        return Buffer.concat([mail.subarray(0, to), mail.subarray(at)]);
      case 4:
        return Buffer.concat([head, other.subarray(next(other.length))]);
      case 5: {
        const piece = mail.subarray(at, to);
        return Buffer.concat([head, ...Array.from({ length: 1 + next(200) }, () => piece), mail.subarray(to)]);
      }
      default:
        return head;
    }
  };
  return {
    next,
    mutate(mail, other) {
      let result = mail;
      for (let count = 1 + next(4); count > 0; count -= 1) result = once(result, other);
      return result.subarray(0, 2_000_000);
    },
  };
}
