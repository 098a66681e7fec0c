import { ArrowLeft } from 'lucide-react';
import type { ReactNode } from 'react';
import { useDesk } from '../app/desk.tsx';
import { classNames } from '../components/class-names.ts';
import { useCatalogue } from '../i18n/text.ts';
import { ConnectionBar } from '../inbox/connection-bar.tsx';
import { useCommand } from '../keyboard/commands.ts';
import { SECTIONS, type Section } from '../router/route.ts';
import { Link, navigate } from '../router/router.tsx';
import { BlockedSection } from './blocked-section.tsx';
import { settingsCatalogue } from './catalogue.ts';
import { ChannelsSection } from './channels-section.tsx';
import { PeopleSection } from './people-section.tsx';
import { QueueSection } from './queue-section.tsx';
import { SessionsSection } from './sessions-section.tsx';
import { TeamsSection } from './teams-section.tsx';
import { YouSection } from './you-section.tsx';

/** Sections only leads and admins, or only admins see; the server refuses the others anyway. */
const FOR_LEADS: readonly Section[] = ['channels'];
const FOR_ADMINS: readonly Section[] = ['people', 'teams', 'queue'];

/** One's own settings, and for admins who works here. Lazy. */
export default function SettingsPage({ section, onLeave }: { section: Section; onLeave(): void }): ReactNode {
  const t = useCatalogue(settingsCatalogue);
  const { session, readOnly } = useDesk();
  const { role } = session.agent;
  const sections = SECTIONS.filter(
    (one) => role === 'admin' || !(FOR_ADMINS.includes(one) || (role === 'agent' && FOR_LEADS.includes(one))),
  );
  const shown = sections.find((one) => one === section) ?? 'you';
  useCommand('escape', () => navigate({ page: 'inbox', view: 'mine', conversationId: null }));
  return (
    <div className="@container/desk flex h-full flex-col bg-surface">
      <ConnectionBar readOnly={readOnly} onSignIn={onLeave} />
      <div className="flex min-h-0 flex-1 flex-col @3xl/desk:flex-row">
        <nav
          aria-label={t('settings.title')}
          className="flex shrink-0 flex-wrap items-center gap-1 border-b border-line bg-canvas p-2 @3xl/desk:w-52 @3xl/desk:flex-col @3xl/desk:items-stretch @3xl/desk:border-e @3xl/desk:border-b-0"
        >
          <Link
            to={{ page: 'inbox', view: 'mine', conversationId: null }}
            className="flex h-8 items-center gap-2 rounded-md px-2 text-s text-muted hover:bg-hover hover:text-text @3xl/desk:mb-2"
          >
            <ArrowLeft size={14} aria-hidden className="rtl:rotate-180" />
            {t('settings.back')}
          </Link>
          {sections.map((one) => (
            <Link
              key={one}
              to={{ page: 'settings', section: one }}
              aria-current={one === shown ? 'page' : undefined}
              className={classNames(
                'flex h-7.5 items-center rounded-md px-2 text-s',
                one === shown ? 'bg-sunken font-medium' : 'text-muted hover:bg-hover hover:text-text',
              )}
            >
              {t(`settings.${one}`)}
            </Link>
          ))}
        </nav>
        <main className="min-h-0 flex-1 overflow-y-auto px-6 py-8">
          <div className="mx-auto flex max-w-2xl flex-col gap-8">
            <h1 className="text-xl font-semibold tracking-tight">{t(`settings.${shown}`)}</h1>
            {shown === 'you' && <YouSection />}
            {shown === 'sessions' && <SessionsSection />}
            {shown === 'blocked' && <BlockedSection />}
            {shown === 'channels' && <ChannelsSection />}
            {shown === 'people' && <PeopleSection />}
            {shown === 'teams' && <TeamsSection />}
            {shown === 'queue' && <QueueSection />}
          </div>
        </main>
      </div>
    </div>
  );
}
