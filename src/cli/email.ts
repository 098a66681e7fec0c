import { readFile } from 'node:fs/promises';
import { parseEmail, printableEmail } from '../../channels/email/parse.ts';
import { say } from './output.ts';

/**
 * `parley email parse FILE|-`: one raw mail as one line of JSON on standard output, attachments without their bytes. No mail makes it
 * fail. @throws when the file cannot be read
 */
export async function emailParse(file: string): Promise<void> {
  say(JSON.stringify(printableEmail(await parseEmail(file === '-' ? await standardInput() : await readFile(file)))));
}

async function standardInput(): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of process.stdin) pieces.push(Buffer.from(piece as Uint8Array));
  return Buffer.concat(pieces);
}
