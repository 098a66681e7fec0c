import { createHash } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import type { AttachmentKind, FetchOutcome, OutboundAttachment } from '../../../src/core/model/attachment.ts';
import type { SendOutcome } from '../../../src/core/model/outbound.ts';
import { eventually } from '../eventually.ts';
import type { FileRig } from './channel-harness.ts';
import type { ContractStand } from './contract-stand.ts';

type Fetched = Extract<FetchOutcome, { kind: 'file' }>['file'];

/** Longest call of a part without files, ms (decision 4). */
const CALL_LIMIT_MS = 10_000;
const ROOM = { maxBytes: 1_000_000 };

const digest = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

function idsOf(outcomes: readonly SendOutcome[]): (string | null)[] {
  return outcomes.flatMap((outcome) =>
    outcome.kind === 'sent' ? [outcome.externalId, ...(outcome.moreExternalIds ?? [])] : [`not sent: ${outcome.kind}`],
  );
}

/** What a channel promises about files, out and in. `stand` gives the parts of the test that runs. */
export function fileContract(stand: () => ContractStand): void {
  describe('files', () => {
    /** The rig's files, or null where the channel has none; the two have to agree. */
    const filesOf = ({ rig, account }: ContractStand): FileRig | null => {
      expect(rig.files !== null).toBe(account.capabilities.media !== null);
      return rig.files;
    };
    const attachment = (
      { blobs }: ContractStand,
      files: Pick<FileRig, 'sample'>,
      kind: AttachmentKind,
    ): OutboundAttachment & { sha256: string } => {
      const { bytes, ...facts } = files.sample(kind, blobs.size);
      const blobId = `blob-${blobs.size}`;
      blobs.set(blobId, bytes);
      const unknown = { fileName: null, mime: null, width: null, height: null, durationMs: null };
      return { ...unknown, ...facts, id: blobId, blobId, kind, sizeBytes: bytes.length, sha256: digest(bytes) };
    };

    /** A kind of file the channel takes: documents where it can, else what it takes first. */
    const usualKind = ({ account }: ContractStand): AttachmentKind => {
      const kinds = Object.keys(account.capabilities.media?.maxBytes ?? {}) as AttachmentKind[];
      return kinds.find((kind) => kind === 'document') ?? kinds[0] ?? 'document';
    };

    test('where a channel has no files, rendering some is an error that says so and loses none in silence', () => {
      const { account, rig } = stand();
      if (account.capabilities.media !== null) return;
      expect(rig.files).toBeNull();
      const file = { sample: () => ({ bytes: Buffer.from('x') }) };
      expect(() => account.render({ text: 'see', attachments: [attachment(stand(), file, 'document')] })).toThrow(
        /file/iu,
      );
    });

    test('each kind goes out whole and is seen with its words', async () => {
      const on = stand();
      const files = filesOf(on);
      if (files === null) return;
      await on.rig.write('hi');
      const kinds = Object.keys(on.account.capabilities.media?.maxBytes ?? {}) as AttachmentKind[];
      expect(kinds.length).toBeGreaterThan(0);
      for (const kind of kinds) {
        const { sha256, ...file } = attachment(on, files, kind);
        const before = files.visible().length;
        const outcomes = await on.say({ text: `words of the ${kind}`, attachments: [file] });
        expect(files.visible().slice(before)).toEqual([
          { externalId: idsOf(outcomes)[0], kind, text: `words of the ${kind}`, sha256, album: null },
        ]);
      }
    });

    test('an album goes out in order, with the words below one of its files, and each file has its id', async () => {
      const on = stand();
      const files = filesOf(on);
      if (files === null || files.albumOf.length === 0) return;
      await on.rig.write('hi');
      const album = files.albumOf.map((kind) => attachment(on, files, kind));
      const outcomes = await on.say({ text: 'all of them', attachments: album });
      const seen = files.visible();
      expect(seen.map(({ sha256 }) => sha256)).toEqual(album.map(({ sha256 }) => sha256));
      expect(seen.map(({ externalId }) => externalId)).toEqual(idsOf(outcomes));
      expect(seen.map(({ text }) => text).filter((text) => text !== '')).toEqual(['all of them']);
      expect(new Set(seen.map((one) => one.album)).size).toBe(1);
      expect(seen[0]?.album).not.toBeNull();
    });

    test('words that are too long for a file are said all the same, whole', async () => {
      const on = stand();
      const files = filesOf(on);
      if (files === null) return;
      await on.rig.write('hi');
      const limit = on.account.capabilities.media?.captionLength ?? 0;
      const text = 'x'.repeat(limit + 1);
      await on.say({ text, attachments: [attachment(on, files, usualKind(on))] });
      expect(files.visible()).toHaveLength(1);
      const said = on.rig.visible().map((message) => message.text);
      expect((on.harness.withoutMarks?.(said) ?? said).join('')).toBe(text);
    });

    test('a file of ours that is gone is invalid, and surely nothing was sent', async () => {
      const on = stand();
      const files = filesOf(on);
      if (files === null) return;
      await on.rig.write('hi');
      const file = attachment(on, files, usualKind(on));
      on.blobs.delete(file.blobId);
      expect(await on.say({ text: 'see', attachments: [file] })).toMatchObject([{ kind: 'invalid' }]);
      expect(files.visible()).toEqual([]);
      expect(on.rig.visible()).toEqual([]);
    });

    test('a lost answer to a message with a file is unknown: the customer has the file', async () => {
      const on = stand();
      const files = filesOf(on);
      if (files === null) return;
      await on.rig.write('hi');
      files.loseAnswer();
      expect(await on.say({ text: 'see', attachments: [attachment(on, files, usualKind(on))] })).toMatchObject([
        { kind: 'unknown' },
      ]);
      expect(files.visible()).toHaveLength(1);
    });

    test('a lost answer to an upload that shows nobody anything is passing trouble', async () => {
      const on = stand();
      const files = filesOf(on);
      if (files?.loseUpload === undefined) return;
      await on.rig.write('hi');
      files.loseUpload();
      expect(await on.say({ text: 'see', attachments: [attachment(on, files, usualKind(on))] })).toMatchObject([
        { kind: 'transient' },
      ]);
      expect(files.visible()).toEqual([]);
      expect(on.rig.visible()).toEqual([]);
    });

    test('only uploads may take longer than other calls', () => {
      const on = stand();
      const files = filesOf(on);
      const timeOf = (part: Readonly<Record<string, unknown>>): number => on.account.sendTimeMs?.(part) ?? 0;
      for (const part of on.account.render({ text: 'hello' })) expect(timeOf(part)).toBeLessThan(CALL_LIMIT_MS);
      if (files === null) return;
      const kind = usualKind(on);
      const most = kind === 'document' ? 50_000_000 : (on.account.capabilities.media?.maxBytes[kind] ?? 0);
      const file = { ...attachment(on, files, kind), sizeBytes: most };
      const [part = {}] = on.account.render({ text: '', attachments: [file] });
      expect(timeOf(part)).toBeGreaterThan(CALL_LIMIT_MS);
    });

    describe('of customers', () => {
      const bytes = Buffer.from(Array.from({ length: 200_000 }, (_, index) => (index * 7 + (index >> 8)) % 256));

      /** The customer sends the bytes; answers what the message says of where they are, as it is stored. */
      async function sent(on: ContractStand, files: FileRig): Promise<Readonly<Record<string, unknown>>> {
        const messages = await on.received();
        await files.write(bytes);
        const file = await eventually(() => {
          const [found] = messages().flatMap(({ attachments }) => attachments ?? []);
          if (found === undefined) throw new Error('no message with a file has come');
          return found;
        });
        expect(file.sizeBytes).toBe(files.hidesSizes === true ? null : bytes.length);
        return JSON.parse(JSON.stringify(file.remote));
      }
      async function ask(
        on: ContractStand,
        remote: Readonly<Record<string, unknown>>,
        options: { offset: number; maxBytes: number },
      ): Promise<FetchOutcome> {
        const outcome = await on.account.fetchFile?.(remote, options, on.signal);
        if (outcome === undefined) throw new Error('a channel with files has to fetch those of customers');
        on.deps.hear(outcome);
        return outcome;
      }
      const fileOf = (outcome: FetchOutcome): Fetched => {
        if (outcome.kind !== 'file') throw new Error(`${outcome.kind}: ${outcome.reason}`);
        return outcome.file;
      };
      /** What came of the body, and the error it ended with. */
      async function read({ body }: Fetched): Promise<{ got: Buffer; error: unknown }> {
        const pieces: Uint8Array[] = [];
        try {
          for await (const piece of body) pieces.push(piece);
        } catch (error) {
          return { got: Buffer.concat(pieces), error };
        }
        return { got: Buffer.concat(pieces), error: null };
      }

      test('come whole, and from where they are asked for', async () => {
        const on = stand();
        const files = filesOf(on);
        if (files === null) return;
        const remote = await sent(on, files);
        if (typeof remote['heldBlob'] === 'string') {
          // It came with the message, and is ours by now.
          expect(digest(on.blobs.get(remote['heldBlob']) ?? Buffer.alloc(0))).toBe(digest(bytes));
          return;
        }
        const whole = fileOf(await ask(on, remote, { offset: 0, ...ROOM }));
        expect(whole.offset).toBe(0);
        expect([null, bytes.length]).toContain(whole.totalBytes);
        expect(digest((await read(whole)).got)).toBe(digest(bytes));
        const rest = fileOf(await ask(on, remote, { offset: 150_000, ...ROOM }));
        // A platform that cannot resume says so by where it begins.
        expect([0, 150_000]).toContain(rest.offset);
        expect(digest((await read(rest)).got)).toBe(digest(bytes.subarray(rest.offset)));
      });

      test('go on where the connection was cut, and what cut them says no secret', async () => {
        const on = stand();
        const files = filesOf(on);
        if (files === null) return;
        const remote = await sent(on, files);
        if ('heldBlob' in remote) return;
        files.cutDownload();
        const { got, error } = await read(fileOf(await ask(on, remote, { offset: 0, ...ROOM })));
        on.deps.hear(error);
        expect(error).toBeInstanceOf(Error);
        expect(got.length).toBeLessThan(bytes.length);
        const rest = fileOf(await ask(on, remote, { offset: got.length, ...ROOM }));
        const both = Buffer.concat([got.subarray(0, rest.offset), (await read(rest)).got]);
        expect(digest(both)).toBe(digest(bytes));
      });

      test('that are too large, gone or refused are told as such; an unreachable platform is passing trouble', async () => {
        const on = stand();
        const files = filesOf(on);
        if (files === null) return;
        const remote = await sent(on, files);
        if ('heldBlob' in remote) return;
        expect((await ask(on, remote, { offset: 0, maxBytes: bytes.length - 1 })).kind).toBe('too_large');
        expect((await ask(on, files.goneRemote, { offset: 0, ...ROOM })).kind).toBe('gone');
        expect((await ask(on, {}, { offset: 0, ...ROOM })).kind).toBe('gone');
        const bad = on.rig.createAccount(on.rig.badEntry, on.deps);
        const refused = await bad.fetchFile?.(remote, { offset: 0, ...ROOM }, on.signal);
        on.deps.hear(refused);
        expect(refused?.kind).toBe('auth');
        await bad.close();
        await on.rig.stop();
        expect((await ask(on, remote, { offset: 0, ...ROOM })).kind).toBe('transient');
      });
    });
  });
}
