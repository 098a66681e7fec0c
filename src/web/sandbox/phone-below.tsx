import type { ReactNode } from 'react';
import type { PhoneMessage } from './sandbox-api.ts';
import { useWords } from './words.ts';

/** Emoji at hand for what the desk wrote. */
const QUICK = ['👍', '❤'] as const;

/** What hangs below a message: buttons to press, reactions there are, and two to give. */
export function PhoneBelow(props: {
  message: PhoneMessage;
  onPress(button: string): void;
  onReact(emoji: string | null): void;
}): ReactNode {
  const { message } = props;
  const t = useWords();
  const quick = message.from === 'support' && !message.deleted;
  return (
    <>
      {message.buttons.map((row, index) => (
        <div key={index} className="flex gap-1">
          {row.map((label) => (
            <button
              key={label}
              type="button"
              onClick={() => props.onPress(label)}
              className="min-h-7 min-w-0 flex-1 truncate rounded-md border border-line bg-surface px-2 text-xs text-accent-text hover:bg-hover"
            >
              {label}
            </button>
          ))}
        </div>
      ))}
      {message.reactions.length > 0 && (
        <span data-reactions className="w-fit rounded-full border border-line bg-surface px-1.5 text-s">
          <span className="sr-only">{t('phone.reactions')} </span>
          {message.reactions.join(' ')}
        </span>
      )}
      {quick && (
        // Over the bubble's edge: there when it is wanted, and no room taken when it is not.
        <div className="absolute end-1 -top-3 flex gap-0.5 opacity-0 group-hover/bubble:opacity-100 focus-within:opacity-100 pointer-coarse:opacity-100">
          {QUICK.map((emoji) => {
            const given = message.reactions.includes(emoji);
            return (
              <button
                key={emoji}
                type="button"
                aria-pressed={given}
                aria-label={t('phone.react', { emoji })}
                onClick={() => props.onReact(given ? null : emoji)}
                className="inline-flex size-6 items-center justify-center rounded-full border border-line bg-raised text-xs hover:bg-hover"
              >
                {emoji}
              </button>
            );
          })}
        </div>
      )}
    </>
  );
}
