import { type Block, type Body, checkBody } from '../core/model/body.ts';
import { brandId } from '../core/model/ids.ts';
import type { Decision, OutboundDraft } from '../core/ports/pipeline-store.ts';
import { type DecisionContext, draft } from './decision.ts';

/** Text without formatting as blocks of a tree. */
function paragraphs(text: string): Block[] {
  return text.split(/\n{2,}/u).map((paragraph): Block => {
    const lines = paragraph.split('\n');
    const children = lines.flatMap((value, index) =>
      index === 0 ? [{ type: 'text' as const, value }] : [{ type: 'break' as const }, { type: 'text' as const, value }],
    );
    return { type: 'paragraph', children };
  });
}

function bodyOf(drafts: readonly OutboundDraft[]): Body | null {
  if (drafts.every(({ body }) => body === null)) return null;
  const children = drafts.flatMap(({ text, body }) =>
    body === null ? paragraphs(text) : checkBody(body).tree.children,
  );
  return { v: 1, tree: { type: 'root', children } };
}

/** What would be several messages in a chat is one letter: nobody wants a greeting and an answer as two mails. */
export function asOneLetter(decision: Decision, context: Pick<DecisionContext, 'account' | 'ids'>): Decision {
  const { outbound } = decision;
  const [first] = outbound;
  if (context.account.capabilities.letters !== true || first === undefined || outbound.length < 2) return decision;
  const body = bodyOf(outbound);
  const content = {
    text: outbound.map(({ text }) => text).join('\n\n'),
    ...(body === null ? {} : { body }),
  };
  const isSingle = outbound.some((one) => one.class === 'single');
  const whole = draft({ content, class: isSingle ? 'single' : 'repeatable' }, null, { ...context, place: 'private' });
  return { ...decision, outbound: [{ ...whole, id: brandId(first.id), causeId: first.causeId }] };
}
