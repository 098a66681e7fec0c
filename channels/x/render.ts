import { ParleyError } from '../../src/core/errors.ts';
import type { OutboundAttachment } from '../../src/core/model/attachment.ts';
import { GO_PRIVATE } from '../../src/core/model/extras.ts';
import type { OutboundContent, RenderedPart } from '../../src/core/model/outbound.ts';
import { wellFormed } from '../shared/well-formed.ts';
import { FILE_KINDS, type OutgoingFile, type XPart } from './part.ts';
import { textOfBody } from './text/of-body.ts';
import { LONG_POST_WEIGHT, POST_WEIGHT, splitDirectMessage, splitPost } from './text/split.ts';

/** There is nothing to send; X refuses empty posts and messages. */
export class EmptyTextError extends ParleyError {
  constructor() {
    super('empty_text', 'X cannot send an empty post or message', {
      mend: 'write at least one visible character, or attach a file',
    });
  }
}

/** A file that X takes as nothing. The core refuses such files before; one that gets this far must not go missing unseen. */
export class FileKindError extends ParleyError {
  constructor(kind: string) {
    super('file_kind', `X takes pictures, animations and videos, and no file of the kind ${kind}`, {
      mend: 'send a picture or a video, or a link to the file',
    });
  }
}

/**
 * Makes the renderer of an account. In private a text is cut into direct messages; everywhere else, and where nobody says, into numbered
 * posts, which fit in both. Files come first, one in each part, the text below the first of them where it fits into one part, else
 * behind them. Of buttons only the way into private is left: X makes one of its own of it, below the last post. Pure.
 * @throws {EmptyTextError} {@link FileKindError}
 */
export function createRender({ longPosts }: { longPosts: boolean }): (content: OutboundContent) => RenderedPart[] {
  const postWeight = longPosts ? LONG_POST_WEIGHT : POST_WEIGHT;
  return (content) => {
    const isDirect = content.place === 'private';
    const text = wellFormed(content.body === undefined ? content.text : textOfBody(content.body)).replaceAll(
      /\r\n?/gu,
      '\n',
    );
    const texts = (isDirect ? splitDirectMessage(text) : splitPost(text, postWeight)).filter((one) => /\S/u.test(one));
    const files = (content.attachments ?? []).map(fileOf);
    const below = files.length > 0 && texts.length === 1 ? texts[0] : undefined;
    const parts: XPart[] = files.map((file, index) => ({ text: index === 0 ? (below ?? '') : '', file }));
    if (below === undefined) parts.push(...texts.map((words) => ({ text: words })));
    const last = parts.pop();
    if (last === undefined) throw new EmptyTextError();
    const invites = !isDirect && (content.buttons ?? []).flat().some((one) => 'data' in one && one.data === GO_PRIVATE);
    return [...parts, invites ? { ...last, invites: true as const } : last].map((part) => ({ ...part }));
  };
}

function fileOf({ kind, blobId, mime, sizeBytes }: OutboundAttachment): OutgoingFile {
  const taken = FILE_KINDS.find((one) => one === kind);
  if (taken === undefined) throw new FileKindError(kind);
  return { kind: taken, blobId, mime, sizeBytes };
}
