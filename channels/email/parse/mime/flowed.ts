/**
 * Undoes format=flowed (RFC 3676): lines that end in a blank go on in the next one of the same quote depth.
 * @param delSp the blank before a soft break is no blank between words
 */
export function unflow(text: string, delSp: boolean): string {
  const lines = text.split('\n');
  const result: string[] = [];
  let held: { depth: number; text: string } | null = null;
  for (const raw of lines) {
    const line = raw.endsWith('\r') ? raw.slice(0, -1) : raw;
    let depth = 0;
    while (line[depth] === '>') depth += 1;
    let content = line.slice(depth);
    if (content.startsWith(' ')) content = content.slice(1);
    const isSignature = content === '-- ';
    if (held !== null && (held.depth !== depth || isSignature)) {
      result.push(quoted(held.depth, held.text.trimEnd()));
      held = null;
    }
    const soft = content.endsWith(' ') && !isSignature;
    const piece: string = soft && delSp ? content.slice(0, -1) : content;
    const joined: string = held === null ? piece : held.text + piece;
    if (soft) held = { depth, text: joined };
    else {
      result.push(quoted(depth, joined));
      held = null;
    }
  }
  if (held !== null) result.push(quoted(held.depth, held.text.trimEnd()));
  return result.join('\n');
}

function quoted(depth: number, text: string): string {
  if (depth === 0) return text;
  return text === '' ? '>'.repeat(depth) : `${'>'.repeat(depth)} ${text}`;
}
