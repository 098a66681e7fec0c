import { Inbox } from 'lucide-react';
import type { ReactNode } from 'react';
import type { Conversation } from '../api/model.ts';
import { useDesk } from '../app/desk.tsx';
import { Avatar } from '../components/avatar.tsx';
import { Menu, MenuHeading, MenuItem, MenuLine } from '../components/menu.tsx';
import { useText } from '../i18n/text.ts';
import { AssignButton } from '../thread/assign-button.tsx';
import type { Actions } from './use-actions.ts';

/** Whom a conversation can go to. Lazy, and open when it comes. */
export default function AssignMenu(props: {
  conversation: Conversation;
  actions: Actions;
  onClose(): void;
}): ReactNode {
  const t = useText();
  const { session } = useDesk();
  const { owner } = props.conversation;
  const others = session.agents.toSorted(
    (left, right) => Number(right.id === session.agent.id) - Number(left.id === session.agent.id),
  );
  return (
    <Menu
      open
      onOpenChange={(open) => {
        if (!open) props.onClose();
      }}
      label={t('action.assign')}
      align="end"
      trigger={<AssignButton />}
    >
      <MenuHeading>{t('assign.people')}</MenuHeading>
      {others.map((agent) => (
        <MenuItem
          key={agent.id}
          icon={<Avatar name={agent.name} id={agent.id} size="s" />}
          checked={owner.kind === 'agent' && owner.agent?.id === agent.id}
          onSelect={() => void props.actions.assign({ kind: 'agent', agentId: agent.id })}
        >
          {agent.id === session.agent.id ? t('assign.you', { name: agent.name }) : agent.name}
        </MenuItem>
      ))}
      {session.teams.length > 0 && <MenuLine />}
      {session.teams.length > 0 && <MenuHeading>{t('assign.teams')}</MenuHeading>}
      {session.teams.map((team) => (
        <MenuItem
          key={team.id}
          icon={<Inbox size={14} aria-hidden className="mx-0.75 text-muted" />}
          checked={owner.kind === 'queue' && owner.teamId === team.id}
          onSelect={() => void props.actions.assign({ kind: 'queue', teamId: team.id })}
        >
          {team.name}
        </MenuItem>
      ))}
    </Menu>
  );
}
