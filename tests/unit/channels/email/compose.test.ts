import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import PostalMime from 'postal-mime';
import { composeMail, htmlOf, isAddress, type Letter, plainOf } from '../../../../channels/email/outbound/compose.ts';
import { readPart } from '../../../../channels/email/part.ts';
import { renderForEmail } from '../../../../channels/email/render.ts';
import type { Correspondence } from '../../../../src/core/model/letter.ts';
import type { FileSource } from '../../../../src/core/ports/channel.ts';

const correspondence: Correspondence = {
  to: [{ name: 'Ana Lee', address: 'ana@customer.example' }],
  cc: [{ name: '', address: 'ben@x.example' }],
  bcc: [{ name: '', address: 'secret@x.example' }],
  subject: 'Re: Where is it?',
  references: ['zero@customer.example', 'one@customer.example'],
  quoted: {
    author: { name: 'Ana', address: 'ana@customer.example' },
    atMs: 1_700_000_000_000,
    text: 'It is gone.\nAll of it.',
  },
  agentName: 'Mei',
  signature: 'Your Example team',
  threadId: '0198a000-0000-7000-8000-000000000001',
  writtenAtMs: 1_700_000_100_000,
};
const noFiles: FileSource = {
  open: () => {
    throw new Error('no file is asked for');
  },
  put: () => Promise.reject(new Error('no file is kept')),
};

function letter(changes: Partial<Letter> = {}, of: Partial<Correspondence> = {}): Letter {
  return {
    part: { text: 'It is on its way: https://example.com/a?b=1&c=2.\n\nMei' },
    messageId: 'p.1.2@example.com',
    from: { name: 'Example Support', address: 'support@example.com' },
    replyTo: 'support+tag@example.com',
    loop: 'parley.mark',
    ...changes,
    correspondence: { ...correspondence, ...of },
  };
}

const raw = async (one: Letter, files = noFiles): Promise<string> =>
  (await composeMail(one, files).compile().build()).toString('latin1');
const read = async (one: Letter, files = noFiles) => PostalMime.parse(await composeMail(one, files).compile().build());
const header = (text: string, name: string): string | undefined =>
  new RegExp(`^${name}: (.*(?:\\r\\n[ \\t].*)*)`, 'im')
    .exec(text.slice(0, text.indexOf('\r\n\r\n')))?.[1]
    ?.replaceAll(/\r\n\s/g, ' ');

describe('a mail of ours', () => {
  test('says who answers what, in both forms, and names nobody it hides', async () => {
    const text = await raw(letter());
    expect(header(text, 'Message-ID')).toBe('<p.1.2@example.com>');
    expect(header(text, 'In-Reply-To')).toBe('<one@customer.example>');
    expect(header(text, 'References')).toBe('<zero@customer.example> <one@customer.example>');
    expect(header(text, 'Reply-To')).toContain('support+tag@example.com');
    expect(header(text, 'Date')).toBe(new Date(1_700_000_100_000).toUTCString().replace('GMT', '+0000'));
    expect(header(text, 'Auto-Submitted')).toBe('no');
    expect(header(text, 'X-Loop')).toBe('parley.mark');
    expect(text).not.toContain('secret@x.example');
    const parsed = await read(letter());
    expect(parsed.text?.trim()).toBe(
      'It is on its way: https://example.com/a?b=1&c=2.\n\nMei\n\n-- \nYour Example team\n\n2023-11-14 22:13 UTC, Ana <ana@customer.example>:\n> It is gone.\n> All of it.',
    );
    expect(parsed.html).toContain('<a href="https://example.com/a?b=1&amp;c=2" rel="noopener noreferrer">');
    expect(parsed.html).toContain('<blockquote type="cite"><p>It is gone.<br>');
  });

  test('is the same on every attempt but for where its parts are cut', async () => {
    const once = async () => (await raw(letter())).replaceAll(/--_?[-\w.]*NmP[-\w.]*|boundary="[^"]*"/g, '');
    expect(await once()).toBe(await once());
  });

  test('of the bot says that nobody wrote it', async () => {
    const text = await raw(letter({}, { agentName: null, signature: null, quoted: null, references: [] }));
    expect(header(text, 'Auto-Submitted')).toBe('auto-replied');
    expect(header(text, 'X-Auto-Response-Suppress')).toBe('All');
    expect(header(text, 'In-Reply-To')).toBeUndefined();
    expect(header(text, 'References')).toBeUndefined();
  });

  test('carries its files, under harmless names', async () => {
    const files: FileSource = {
      ...noFiles,
      async *open(id) {
        yield await Promise.resolve(Buffer.from(`bytes of ${id}`));
      },
    };
    const file = { blobId: 'b1', sizeBytes: 11, fileName: '../evil\r\nBcc: x@y\u202Egpj.exe', mime: 'text/plain' };
    const parsed = await read(letter({ part: { text: '', files: [file] } }), files);
    expect(parsed.attachments).toMatchObject([{ mimeType: 'text/plain', disposition: 'attachment' }]);
    expect(parsed.attachments[0]?.filename).not.toMatch(/[\r\n\u202E]/);
    expect(await new Response(parsed.attachments[0]?.content).text()).toBe('bytes of b1');
    expect(parsed.headers.map(({ key }) => key)).not.toContain('bcc');
  });

  test('has no header that anybody else wrote, whatever the words', async () => {
    const hostile = fc.stringMatching(/^[\sa-zA-Z:<>@"'\\,;\r\n\0\u202Eé漢😀=?]{0,60}$/u);
    const known = (await read(letter())).headers.map(({ key }) => key).sort();
    await fc.assert(
      fc.asyncProperty(hostile, hostile, hostile, hostile, async (subject, name, text, quoted) => {
        const one = letter(
          { part: { text: `x${text}` }, from: { name, address: 'support@example.com' } },
          {
            subject: `s${subject}`,
            to: [{ name, address: 'ana@customer.example' }],
            quoted: { author: { name, address: 'ana@customer.example' }, atMs: 0, text: quoted },
          },
        );
        const parsed = await read(one);
        expect(parsed.headers.map(({ key }) => key).sort()).toEqual(known);
        expect(parsed.to?.map(({ address }) => address)).toEqual(['ana@customer.example']);
        expect(parsed.from?.address).toBe('support@example.com');
      }),
      { numRuns: 300 },
    );
  });

  test('as HTML holds no markup but ours', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (text, quoted) => {
        const evil = `<script>${text}</script><img src=x onerror=1>javascript:`;
        const one = letter({ part: { text: evil } }, { quoted: { ...quotedOf(), text: quoted + evil } });
        expect(htmlOf(one)).not.toMatch(/<script|<img|href="javascript/i);
        expect(plainOf(one)).toContain(evil);
      }),
    );
  });

  test('has words or a file, and one plain address each', () => {
    expect(() => renderForEmail({ text: ' \n' })).toThrow('it needs words or a file');
    const [part] = renderForEmail({ text: 'a\r\nb\u0000' });
    expect(readPart(part)).toEqual({ text: 'a\nb\uFFFD' });
    for (const good of ['a@b.example', "o'neil+x@b.example", '漢字@例え.example']) expect(isAddress(good)).toBe(true);
    for (const bad of ['', 'a', 'a@b@c', '"a@b"@c', 'a@b,c@d', 'a b@c', 'a@b\r\nRCPT TO:<x@y>', '<a@b>', 'a@b>'])
      expect(isAddress(bad)).toBe(false);
  });
});

function quotedOf() {
  const { quoted } = correspondence;
  if (quoted === null) throw new Error('the letter of this test quotes something');
  return quoted;
}
