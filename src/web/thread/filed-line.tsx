import { ShieldOff } from 'lucide-react';
import type { ReactNode } from 'react';
import type { Message } from '../api/model.ts';
import { useText } from '../i18n/text.ts';
import { useTimes } from '../i18n/times.ts';
import { ContextLines } from './context-lines.tsx';
import type { Line } from './layout.ts';
import { MessageContent } from './message-content.tsx';
import { useThreadTools } from './thread-tools.ts';

/** Messages that were kept and called nobody: one line that counts them, and all of them on a click. */
export function FiledLine({ line }: { line: Extract<Line, { type: 'filed' }> }): ReactNode {
  const t = useText();
  const count = line.messages.length;
  return (
    <details className="text-center text-xs text-muted">
      <summary className="inline-flex list-none items-center gap-1.5 rounded-sm hover:text-text">
        <ShieldOff size={12} aria-hidden />
        {line.reason === 'flood' ? t('thread.flood', { count }) : t('thread.whileBlocked', { count })}
      </summary>
      <ol className="mt-2 flex flex-col items-start gap-1 text-start">
        {line.messages.map((message) => (
          <Entry key={message.id} message={message} />
        ))}
      </ol>
    </details>
  );
}

function Entry({ message }: { message: Message }): ReactNode {
  const times = useTimes();
  const { contactName, readOnly, fetchFile } = useThreadTools();
  const atMs = Date.parse(message.at);
  return (
    <li className="flex max-w-full items-baseline gap-2 rounded-md border border-line px-2 py-1">
      <time dateTime={message.at} title={times.exact(atMs)} className="shrink-0 text-2xs text-faint tabular-nums">
        {times.clock(atMs)}
      </time>
      <div dir="auto" className="flex min-w-0 flex-col gap-1">
        <ContextLines message={message} contactName={contactName} />
        <MessageContent message={message} owner={{ sender: contactName, readOnly, onFetch: fetchFile }} />
      </div>
    </li>
  );
}
