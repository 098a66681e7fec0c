import { Download, FileCode2, TextQuote } from 'lucide-react';
import { lazy, type ReactNode, Suspense, useState } from 'react';
import type { Message } from '../api/model.ts';
import { Button } from '../components/button.tsx';
import { Bar, Patience } from '../components/skeleton.tsx';
import { useText } from '../i18n/text.ts';
import { contentAddress } from '../media/addresses.ts';
import { type Letter, originalOf } from './letter-facts.ts';

const loadFormatted = () => import('./formatted-letter.tsx');
const FormattedLetter = lazy(loadFormatted);

/** The other ways to read a letter, below what was newly written: its whole text, as it was formatted, as it came. */
export function LetterViews(props: { message: Message; letter: Letter }): ReactNode {
  const { message, letter } = props;
  const t = useText();
  const [whole, setWhole] = useState(false);
  const [formatted, setFormatted] = useState(false);
  const original = originalOf(message);
  const { fullText } = letter;
  if (fullText === undefined && letter.formatted !== true && original === null) return null;
  return (
    <>
      {whole && fullText !== undefined && (
        <div
          dir="auto"
          data-whole-text
          className="border-s-2 border-line-strong ps-2.5 text-s text-muted wrap-anywhere whitespace-pre-wrap"
        >
          {fullText}
        </div>
      )}
      {formatted && (
        <Suspense
          fallback={
            <Patience label={t('state.loading')}>
              <Bar className="h-40 w-full rounded-md" />
            </Patience>
          }
        >
          <FormattedLetter messageId={message.id} subject={letter.subject} />
        </Suspense>
      )}
      <div className="flex flex-wrap items-center gap-1.5 pt-1">
        {fullText !== undefined && (
          <Button
            size="s"
            aria-expanded={whole}
            icon={<TextQuote size={12} aria-hidden />}
            onClick={() => setWhole(!whole)}
          >
            {whole ? t('letter.hideWhole') : t('letter.showWhole')}
          </Button>
        )}
        {letter.formatted === true && (
          <Button
            size="s"
            aria-expanded={formatted}
            icon={<FileCode2 size={12} aria-hidden />}
            onPointerEnter={() => void loadFormatted()}
            onClick={() => setFormatted(!formatted)}
          >
            {formatted ? t('letter.hideFormatted') : t('letter.showFormatted')}
          </Button>
        )}
        {original !== null && (
          <a
            href={contentAddress(original.id)}
            download={original.fileName ?? ''}
            className="inline-flex h-6 items-center gap-1 rounded-md px-2 text-xs text-muted hover:bg-hover hover:text-text"
          >
            <Download size={12} aria-hidden />
            {t('letter.original')}
          </a>
        )}
      </div>
    </>
  );
}
