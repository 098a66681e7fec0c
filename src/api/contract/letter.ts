import { z } from 'zod';
import { isText, NO_TEXT, rowId } from './shared-shapes.ts';

/** A person on an envelope. Shown, never trusted. */
export const correspondent = z.object({ address: z.string(), name: z.string() }).meta({ id: 'Correspondent' });

/** What stands on a letter's envelope and above its text. */
export const letterFacts = z
  .object({
    subject: z.string(),
    /** Of a customer's. */
    from: correspondent.optional(),
    /** Of ours: empty where it goes to whoever wrote last. */
    to: z.array(correspondent).readonly(),
    cc: z.array(correspondent).readonly(),
    bcc: z.array(correspondent).readonly().optional(),
    /** Where answers are to go, where that is not who wrote it. */
    replyTo: z.array(correspondent).readonly().optional(),
    /** `proven`: the sender's domain vouches for it. `claimed`: anybody may have written it. */
    proof: z.enum(['proven', 'claimed']).optional(),
    proofReason: z.string().optional(),
    /** What to beware of, as stable codes. */
    warnings: z.array(z.string()).readonly().optional(),
    sealed: z.enum(['signed', 'encrypted']).optional(),
    /** The whole text, where the message's is only what was newly written. */
    fullText: z.string().optional(),
    /** There is formatted text: `GET messages/{id}/letter`. */
    formatted: z.literal(true).optional(),
  })
  .meta({ id: 'LetterFacts' });

/** Somebody who takes part in a thread of letters. */
export const participant = z
  .object({ address: z.string(), name: z.string(), role: z.enum(['customer', 'copied']), proven: z.boolean() })
  .meta({ id: 'Participant' });

/** `html`: sanitised; sanitise it once more where it is shown. `images`: files by the content ids it names. */
export const letter = z
  .object({
    html: z.string(),
    images: z.array(z.object({ contentId: z.string(), attachmentId: rowId })),
    /** Pictures elsewhere (`data-remote-src`), each address once. `tracking`: it shows nothing and is not fetched. */
    remote: z.array(z.object({ index: z.int(), url: z.string(), host: z.string(), tracking: z.boolean() })),
  })
  .meta({ id: 'Letter' });

/** Nothing that ends a line, hides or turns around what follows it may stand in a header. */
const oneLine = (max: number) =>
  z
    .string()
    .max(max)
    .refine(isText, NO_TEXT)
    .refine((text) => !/[\p{Cc}\p{Zl}\p{Zp}\u{202A}-\u{202E}\u{2066}-\u{2069}]/u.test(text), 'must be one plain line');

/** As people write them: no comments, no quoted local parts, no literals. */
const ADDRESS =
  /^[^\s@<>()[\]\\,;:"]{1,64}@(?:[\p{L}\p{N}](?:[\p{L}\p{N}-]{0,61}[\p{L}\p{N}])?\.){1,10}[\p{L}\p{N}-]{2,63}$/u;

const recipient = z.strictObject({
  address: oneLine(254).refine((text) => ADDRESS.test(text), 'must be an address such as name@example.com'),
  name: oneLine(200).default(''),
});
const recipients = z.array(recipient).max(50);

/** Recipients of one letter, all together. */
export const MAX_RECIPIENTS = 50;

/** Who gets an answer and under which subject. `to` left out or empty: whoever wrote last, as they asked. */
export const answerLetter = z
  .strictObject({
    to: recipients.optional(),
    cc: recipients.optional(),
    bcc: recipients.optional(),
    /** Left out or empty: that of the letter that is answered. */
    subject: oneLine(500).optional(),
  })
  .refine(({ to = [], cc = [], bcc = [] }) => to.length + cc.length + bcc.length <= MAX_RECIPIENTS, {
    message: `must have at most ${MAX_RECIPIENTS} recipients in all`,
  })
  .meta({ id: 'ReplyLetter' });
