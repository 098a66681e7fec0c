import { MessageSquareQuote, Reply, Send, Trash2 } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { Avatar } from '../../components/avatar.tsx';
import { classNames } from '../../components/class-names.ts';
import { useTimes } from '../../i18n/times.ts';
import type { SandboxState } from '../sandbox-api.ts';
import { ScreenFrame } from '../screen-frame.tsx';
import { useWords } from '../words.ts';
import { AccountName } from './account-name.tsx';
import { blockUs, pictureAddress, postThere, removePost, type XPerson, type XPost } from './x-api.ts';
import { XComposer } from './x-composer.tsx';

interface PostsProps {
  person: XPerson;
  account: SandboxState['x']['account'];
  shown: boolean;
  order(run: () => Promise<unknown>): void;
  /** The way into private that stands below our answers was followed. */
  onDirect(): void;
}

/** What somebody on X sees of us in public. */
export function PostsScreen({ person, account, shown, order, onDirect }: PostsProps): ReactNode {
  const t = useWords();
  const [about, setAbout] = useState<{ post: XPost; as: 'reply' | 'quote' }>();
  return (
    <ScreenFrame
      label={t('x.postsOf', { name: person.name })}
      logLabel={t('x.postsOf', { name: person.name })}
      mark={<Avatar name={account.name} id="support-x" />}
      title={<AccountName account={account} />}
      hint={t('x.public')}
      empty={t('x.emptyPosts', { handle: account.handle })}
      count={person.posts.length}
      shown={shown}
      blocking={{ blocked: person.blocked, onChange: (blocked) => order(() => blockUs(person.id, blocked)) }}
      composer={
        <XComposer
          where="posts"
          label={t('x.writePost', { name: person.name })}
          placeholder={t('x.postPlaceholder')}
          sendLabel={t('x.post', { name: person.name })}
          handle={account.handle}
          maxLength={260}
          about={
            about === undefined
              ? null
              : {
                  words: t(about.as === 'reply' ? 'discord.replying' : 'x.quoting', { author: about.post.author }),
                  onStop: () => setAbout(undefined),
                }
          }
          onSend={({ text, mention, picture }) => {
            const replyTo = about?.as === 'reply' ? about.post.id : null;
            const quote = about?.as === 'quote' ? about.post.id : null;
            order(() => postThere({ person: person.id, text, mention, picture, replyTo, quote }));
            setAbout(undefined);
          }}
        />
      }
    >
      {person.posts.map((post) => (
        <Post
          key={post.id}
          person={person}
          post={post}
          answered={person.posts.find(({ id }) => id === post.repliesTo)}
          onReply={() => setAbout({ post, as: 'reply' })}
          onQuote={() => setAbout({ post, as: 'quote' })}
          onRemove={() => order(() => removePost(person.id, post.id))}
          onDirect={onDirect}
        />
      ))}
    </ScreenFrame>
  );
}

interface PostProps {
  person: XPerson;
  post: XPost;
  answered: XPost | undefined;
  onReply(): void;
  onQuote(): void;
  onRemove(): void;
  onDirect(): void;
}

function Post(props: PostProps): ReactNode {
  const { person, post, answered } = props;
  const t = useWords();
  const times = useTimes();
  const about = post.text.slice(0, 60);
  const look = 'inline-flex size-6 items-center justify-center rounded-md text-muted hover:bg-hover hover:text-text';
  return (
    <article
      aria-label={t('x.postOf', { author: post.author })}
      className="rounded-md border-b border-line px-2 py-1.5 last-of-type:border-0"
    >
      <p className="flex items-baseline gap-1.5">
        <span className={classNames('truncate text-s font-semibold', post.from === 'support' && 'text-accent-text')}>
          {post.author}
        </span>
        <span className="truncate text-2xs text-muted">@{post.handle}</span>
        <time dateTime={post.at} className="shrink-0 text-2xs text-muted tabular-nums">
          {times.clock(Date.parse(post.at))}
        </time>
      </p>
      {answered !== undefined && (
        <p className="truncate text-2xs text-muted">{t('x.repliesTo', { handle: answered.handle })}</p>
      )}
      <p dir="auto" className="text-m whitespace-pre-wrap [overflow-wrap:anywhere]">
        {post.text}
      </p>
      {post.quotes !== null && (
        <blockquote className="my-1 rounded-md border border-line px-2 py-1 text-xs text-muted">
          <span className="font-medium">{post.quotes.author}</span> {post.quotes.text}
        </blockquote>
      )}
      {post.files.map((file, index) => (
        <img
          key={index}
          src={pictureAddress(person.id, 'posts', post.id, index)}
          alt={file.name}
          className="my-0.5 h-36 max-w-56 rounded-md bg-sunken object-cover"
        />
      ))}
      {post.leadsToDirect && (
        <button
          type="button"
          onClick={props.onDirect}
          className="my-1 inline-flex min-h-7 items-center gap-1.5 rounded-full border border-line bg-surface px-3 text-xs font-medium text-accent-text hover:bg-hover"
        >
          <Send aria-hidden size={13} />
          {t('x.sendPrivately')}
        </button>
      )}
      <div className="flex gap-0.5">
        <button type="button" aria-label={`${t('discord.reply')}: ${about}`} onClick={props.onReply} className={look}>
          <Reply aria-hidden size={14} />
        </button>
        <button type="button" aria-label={`${t('x.quote')}: ${about}`} onClick={props.onQuote} className={look}>
          <MessageSquareQuote aria-hidden size={14} />
        </button>
        {post.from === 'customer' && (
          <button type="button" aria-label={`${t('x.remove')}: ${about}`} onClick={props.onRemove} className={look}>
            <Trash2 aria-hidden size={14} />
          </button>
        )}
      </div>
    </article>
  );
}
