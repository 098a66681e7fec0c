/** One argument of an IMAP command (RFC 3501, 9). `text` of a literal or string holds its bytes, one a character. */
export type Token =
  | { kind: 'atom'; text: string }
  | { kind: 'string'; text: string; bytes: Buffer }
  | { kind: 'list'; items: Token[] };

/** A command line of text and literals in turn, as it came. */
export type Piece = string | Buffer;

/** A command that is not written as commands are. */
export class BadCommand extends Error {
  override readonly name = 'BadCommand';
}

const MAX_NESTING = 50;

/** Reads the arguments of a command. @throws {BadCommand} */
export function tokensOf(pieces: readonly Piece[]): Token[] {
  const reader = new Reader(pieces);
  const tokens = reader.items(0);
  if (!reader.done) throw new BadCommand('unexpected )');
  return tokens;
}

class Reader {
  readonly #pieces: readonly Piece[];
  #piece = 0;
  #at = 0;

  constructor(pieces: readonly Piece[]) {
    this.#pieces = pieces;
  }

  get done(): boolean {
    this.#skip();
    return this.#piece >= this.#pieces.length;
  }

  items(depth: number): Token[] {
    if (depth > MAX_NESTING) throw new BadCommand('too many parentheses');
    const found: Token[] = [];
    while (!this.done) {
      const piece = this.#pieces[this.#piece];
      if (Buffer.isBuffer(piece)) {
        this.#next();
        found.push({ kind: 'string', text: piece.toString('latin1'), bytes: piece });
      } else if (piece?.[this.#at] === ')') {
        if (depth === 0) throw new BadCommand('unexpected )');
        return found;
      } else if (piece?.[this.#at] === '(') {
        this.#at += 1;
        const items = this.items(depth + 1);
        if (this.done) throw new BadCommand('missing )');
        this.#at += 1;
        found.push({ kind: 'list', items });
      } else if (piece !== undefined) {
        found.push(piece[this.#at] === '"' ? this.#quoted(piece) : this.#atom(piece));
      }
    }
    return found;
  }

  #quoted(piece: string): Token {
    let text = '';
    for (let at = this.#at + 1; at < piece.length; at += 1) {
      const char = piece[at] ?? '';
      if (char === '"') {
        this.#at = at + 1;
        return { kind: 'string', text, bytes: Buffer.from(text, 'latin1') };
      }
      if (char === '\\') at += 1;
      text += char === '\\' ? (piece[at] ?? '') : char;
    }
    throw new BadCommand('missing "');
  }

  /** An atom; what stands in its brackets (`BODY[HEADER.FIELDS (A B)]<0.5>`) belongs to it. */
  #atom(piece: string): Token {
    let at = this.#at;
    let inBrackets = false;
    for (; at < piece.length; at += 1) {
      const char = piece[at] ?? '';
      if (char === '[') inBrackets = true;
      else if (char === ']') inBrackets = false;
      else if (!inBrackets && (char === ' ' || char === '(' || char === ')' || char === '"')) break;
    }
    const text = piece.slice(this.#at, at);
    this.#at = at;
    return { kind: 'atom', text };
  }

  #skip(): void {
    while (this.#piece < this.#pieces.length) {
      const piece = this.#pieces[this.#piece];
      if (Buffer.isBuffer(piece)) return;
      while (piece?.[this.#at] === ' ') this.#at += 1;
      if (piece !== undefined && this.#at < piece.length) return;
      this.#next();
    }
  }

  #next(): void {
    this.#piece += 1;
    this.#at = 0;
  }
}

/** The text of an atom or string. @throws {BadCommand} when it is neither */
export function textOf(token: Token | undefined, what: string): string {
  if (token === undefined || token.kind === 'list') throw new BadCommand(`${what} is missing`);
  return token.text;
}

/** A string as it goes over the wire: quoted where that is possible, else a literal. */
export function quote(text: string | null): string {
  if (text === null) return 'NIL';
  // oxlint-disable-next-line no-control-regex -- these are what a quoted string must not hold
  if (/[\u0000-\u001f\u007f-\uffff]/u.test(text)) {
    const bytes = Buffer.from(text, 'utf8');
    return `{${bytes.byteLength}}\r\n${bytes.toString('latin1')}`;
  }
  return `"${text.replaceAll(/["\\]/gu, '\\$&')}"`;
}
