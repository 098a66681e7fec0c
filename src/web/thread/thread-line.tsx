import { memo, type ReactNode } from 'react';
import type { Actions } from '../actions/use-actions.ts';
import type { Session } from '../api/model.ts';
import { useText } from '../i18n/text.ts';
import { useNow, useTimes } from '../i18n/times.ts';
import { activityWords } from './activity-words.ts';
import { FiledLine } from './filed-line.tsx';
import type { Line } from './layout.ts';
import { MessageGroup } from './message-group.tsx';
import { OriginBlock } from './origin-block.tsx';
import { OutgoingGroup } from './outgoing-group.tsx';
import { ReasonWords } from './reason-words.tsx';
import { handoffReason } from './reasons.ts';

interface LineProps {
  line: Line;
  session: Session;
  actions: Actions;
  readOnly: boolean;
  contact: { id: string; language: string | null };
  /** The message whose menu Tab reaches. */
  reachable: string | null;
}

/** One line of a thread. */
export const ThreadLine = memo(function ThreadLine(props: LineProps): ReactNode {
  const { line, session } = props;
  switch (line.type) {
    case 'day':
      return <Day atMs={line.atMs} />;
    case 'conversation':
      return <EarlierEnds />;
    case 'origin':
      return (
        <OriginBlock origin={line.origin}>
          {line.lines.map((one) => (
            <ThreadLine key={one.key} {...props} line={one} readOnly reachable={null} />
          ))}
        </OriginBlock>
      );
    case 'unread':
      return <Unread count={line.count} />;
    case 'activity':
      return <Activity line={line} session={session} />;
    case 'filed':
      return <FiledLine line={line} />;
    case 'outgoing':
      return <OutgoingGroup entries={line.entries} name={session.agent.name} id={session.agent.id} />;
    case 'group':
      return (
        <MessageGroup
          messages={line.messages}
          me={session.agent.id}
          actions={props.actions}
          readOnly={props.readOnly}
          contact={props.contact}
          reachable={line.messages.some((one) => one.id === props.reachable) ? props.reachable : null}
        />
      );
  }
});

function Day({ atMs }: { atMs: number }): ReactNode {
  const times = useTimes();
  const nowMs = useNow();
  return (
    <div className="sticky top-0 z-10 flex justify-center">
      <span className="rounded-full border border-line bg-surface px-2.5 py-0.5 text-2xs font-medium text-muted">
        {times.day(atMs, nowMs)}
      </span>
    </div>
  );
}

function EarlierEnds(): ReactNode {
  const t = useText();
  return (
    <div className="flex items-center gap-3 text-2xs font-medium text-muted">
      <span aria-hidden className="h-px flex-1 bg-line" />
      {t('thread.newConversation')}
      <span aria-hidden className="h-px flex-1 bg-line" />
    </div>
  );
}

function Unread({ count }: { count: number }): ReactNode {
  const t = useText();
  return (
    <div data-unread className="flex items-center gap-3 text-2xs font-medium text-accent-text">
      <span aria-hidden className="h-px flex-1 bg-accent" />
      {t('thread.unread', { count })}
      <span aria-hidden className="h-px flex-1 bg-accent" />
    </div>
  );
}

function Activity({ line, session }: { line: Extract<Line, { type: 'activity' }>; session: Session }): ReactNode {
  const t = useText();
  const times = useTimes();
  const { message } = line;
  const why = message.activity?.['why'];
  const atMs = Date.parse(message.at);
  return (
    <div className="text-center text-xs text-muted">
      <p>
        {activityWords(message, session, t)}{' '}
        <time dateTime={message.at} title={times.exact(atMs)} className="text-2xs text-faint tabular-nums">
          {times.clock(atMs)}
        </time>
      </p>
      {typeof why === 'string' && why !== '' && message.author.kind !== 'agent' && (
        <p className="text-2xs text-faint text-balance">
          <ReasonWords reason={handoffReason(why, t)} />
        </p>
      )}
    </div>
  );
}
