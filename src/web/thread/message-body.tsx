import { EyeOff } from 'lucide-react';
import { Fragment, type ReactNode } from 'react';
import type { Message } from '../api/model.ts';
import { Badge } from '../components/badge.tsx';
import { useText } from '../i18n/text.ts';
import { type BodyNode, hiddenHost, readBody, safeLink, textOf } from './body-tree.ts';
import { cutAtDots, cutAtMasks, type Mask, type Stretch } from './masks.ts';

/** What was written: formatted where the platform said so, secrets as labelled chips. Never parsed from the text itself. */
export function MessageBody({ message }: { message: Pick<Message, 'text' | 'body' | 'masks'> }): ReactNode {
  const root = readBody(message.body);
  if (root === null) {
    return (
      <p className="wrap-anywhere whitespace-pre-wrap">
        <Stretches stretches={cutAtMasks(message.text, message.masks)} />
      </p>
    );
  }
  return (
    <div className="flex flex-col gap-2 wrap-anywhere whitespace-pre-wrap">
      <Nodes nodes={root.children} masks={message.masks} />
    </div>
  );
}

function Stretches({ stretches }: { stretches: readonly Stretch[] }): ReactNode {
  return stretches.map((one, index) =>
    one.type === 'text' ? <Fragment key={index}>{one.text}</Fragment> : <MaskChip key={index} rule={one.rule} />,
  );
}

const RULES = [
  'seed-phrase',
  'private-key',
  'extended-key',
  'keystore',
  'card',
  'iban',
  'one-time-code',
  'bot-token',
  'api-secret',
] as const;

/** Stands where the guard hid a secret: nobody here can see it, and that is said. */
function MaskChip({ rule }: { rule: string }): ReactNode {
  const t = useText();
  const known = RULES.find((one) => one === rule);
  return (
    <Badge tone="warn" icon={<EyeOff size={11} aria-hidden />} className="mx-0.5 align-text-bottom">
      {known === undefined ? t('mask.secret') : t(`mask.${known}`)}
    </Badge>
  );
}

function Nodes({ nodes, masks }: { nodes: readonly BodyNode[]; masks: readonly Mask[] }): ReactNode {
  return nodes.map((node, index) => <Node key={index} node={node} masks={masks} />);
}

function Node({ node, masks }: { node: BodyNode; masks: readonly Mask[] }): ReactNode {
  const inner = <Nodes nodes={node.children} masks={masks} />;
  switch (node.type) {
    case 'text':
      return <Stretches stretches={cutAtDots(node.value, masks)} />;
    case 'break':
      return <br />;
    case 'strong':
      return <strong className="font-semibold">{inner}</strong>;
    case 'emphasis':
      return <em>{inner}</em>;
    case 'underline':
      return <u>{inner}</u>;
    case 'strikethrough':
      return <s>{inner}</s>;
    case 'spoiler':
      return <Spoiler>{inner}</Spoiler>;
    case 'inlineCode':
      return (
        <code className="rounded-sm bg-sunken px-1 font-mono text-s">
          <Stretches stretches={cutAtDots(node.value, masks)} />
        </code>
      );
    case 'link':
      return <SafeLink node={node} masks={masks} />;
    case 'mention':
      return <span className="font-medium text-accent-text">{node.value}</span>;
    case 'paragraph':
      return <p>{inner}</p>;
    case 'heading':
      return <p className="font-semibold">{inner}</p>;
    case 'blockquote':
      return (
        <blockquote className="flex flex-col gap-2 border-s-2 border-line-strong ps-2.5 text-muted">{inner}</blockquote>
      );
    case 'list':
      return node.ordered ? (
        <ol start={node.start} className="list-decimal ps-5">
          {inner}
        </ol>
      ) : (
        <ul className="list-disc ps-5">{inner}</ul>
      );
    case 'listItem':
      return <li>{inner}</li>;
    case 'codeBlock':
      return (
        <pre className="overflow-x-auto rounded-md bg-sunken p-2 font-mono text-s">
          <Stretches stretches={cutAtDots(node.value, masks)} />
        </pre>
      );
    case 'thematicBreak':
      return <hr className="border-line" />;
    default:
      // Custom emoji, and node types of a newer server: what they say.
      return (
        <>
          {node.value}
          {inner}
        </>
      );
  }
}

/** Covered until it is asked for, by mouse or keyboard. */
function Spoiler({ children }: { children: ReactNode }): ReactNode {
  const t = useText();
  return (
    <details className="group/spoiler inline">
      <summary className="inline list-none rounded-sm bg-sunken px-1 text-xs text-muted group-open/spoiler:hidden">
        {t('thread.spoiler')}
      </summary>
      {children}
    </details>
  );
}

function SafeLink({ node, masks }: { node: BodyNode; masks: readonly Mask[] }): ReactNode {
  const link = safeLink(node.url);
  const inner = <Nodes nodes={node.children} masks={masks} />;
  if (link === null) return inner;
  const host = hiddenHost(link, textOf(node));
  return (
    <>
      <a
        href={link.href}
        target="_blank"
        rel="noopener noreferrer"
        className="text-accent-text underline decoration-1 underline-offset-2"
      >
        {inner}
      </a>
      {host !== null && <bdi className="text-xs text-muted"> ({host})</bdi>}
    </>
  );
}
