import type { Message, Session } from '../api/model.ts';
import type { Text } from '../i18n/text.ts';

function field(activity: Record<string, unknown>, name: string): string | null {
  const value = activity[name];
  return typeof value === 'string' && value !== '' ? value : null;
}

/** What changed, as a sentence. */
export function activityWords(message: Message, session: Session, t: Text): string {
  const activity = message.activity ?? {};
  const who = message.author.kind;
  const by = who === 'agent' ? (message.author.id === session.agent.id ? t('owner.you') : message.author.name) : null;
  const change = field(activity, 'change');
  if (change === 'blocked') {
    return t('activity.blocked', { by: by ?? message.author.name, reason: field(activity, 'why') ?? '' });
  }
  if (change === 'unblocked') return t('activity.unblocked', { by: by ?? message.author.name });
  if (change === 'unreachable') return t('activity.unreachable');
  if (change === 'reachable') return t('activity.reachable');
  if (change === 'confirmed') return t('activity.confirmed', { by: by ?? message.author.name });
  if (change === 'recovered') return t('activity.recovered', { by: by ?? message.author.name });
  if (change !== 'owner') return message.text || t('activity.changed');
  const agentId = field(activity, 'agent');
  const teamId = field(activity, 'team');
  const agentName = session.agents.find((one) => one.id === agentId)?.name ?? t('activity.somebody');
  const team = session.teams.find((one) => one.id === teamId)?.name ?? teamId ?? t('activity.aTeam');
  switch (field(activity, 'to')) {
    case 'agent':
      if (agentId !== null && agentId === message.author.id) return t('activity.took', { by: by ?? agentName });
      return by === null
        ? t('activity.assignedTo', { name: agentName })
        : t('activity.assignedBy', { by, name: agentName });
    case 'queue':
      if (by !== null) return t('activity.queuedBy', { by, team });
      return who === 'bot' ? t('activity.handedOver', { team }) : t('activity.queued', { team });
    case 'bot':
      return by === null ? t('activity.toBot') : t('activity.toBotBy', { by });
    case 'none':
      return by === null ? t('activity.resolved') : t('activity.resolvedBy', { by });
    default:
      return t('activity.changed');
  }
}
