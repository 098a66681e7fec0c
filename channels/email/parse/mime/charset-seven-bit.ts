/** Alphabets that hide in seven bits and that no decoder of the platform knows. */

/** UTF-7 (RFC 2152). Broken runs are left as they stand. */
export function decodeUtf7(text: string): string {
  return text.replaceAll(/\+([A-Za-z0-9+/]*)-?/g, (run, coded: string) => {
    if (coded === '') return run === '+-' ? '+' : run;
    const bytes = Buffer.from(coded, 'base64');
    if (bytes.length < 2) return run;
    return bytes
      .subarray(0, bytes.length - (bytes.length % 2))
      .swap16()
      .toString('utf16le');
  });
}

/** ISO-2022-KR (RFC 1557): shift-out bytes are EUC-KR without the high bit. */
export function decodeIso2022Kr(bytes: Uint8Array): string {
  const plain = Buffer.alloc(bytes.length);
  let length = 0;
  let shifted = false;
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at] ?? 0;
    if (byte === 0x1b && bytes[at + 1] === 0x24 && bytes[at + 2] === 0x29 && bytes[at + 3] === 0x43) at += 3;
    else if (byte === 0x0e) shifted = true;
    else if (byte === 0x0f) shifted = false;
    else {
      // A line begins unshifted, whatever the last one forgot.
      if (byte === 0x0a) shifted = false;
      plain[length] = shifted && byte > 0x20 ? byte | 0x80 : byte;
      length += 1;
    }
  }
  return new TextDecoder('euc-kr').decode(plain.subarray(0, length));
}

/** HZ (RFC 1843): `~{` … `~}` around GB2312 without the high bit. */
export function decodeHz(text: string): string {
  let result = '';
  let at = 0;
  while (at < text.length) {
    const open = text.indexOf('~', at);
    if (open === -1) return result + text.slice(at);
    result += text.slice(at, open);
    const next = text[open + 1];
    at = open + 2;
    if (next === '~') result += '~';
    else if (next === '{') {
      let close = text.indexOf('~}', at);
      if (close === -1) close = text.length;
      const bytes = Buffer.from(text.slice(at, close), 'latin1');
      for (let index = 0; index < bytes.length; index += 1) bytes[index] = (bytes[index] ?? 0) | 0x80;
      result += new TextDecoder('gb18030').decode(bytes);
      at = close + 2;
    } else if (next !== '\n') {
      result += '~';
      at = open + 1;
    }
  }
  return result;
}
