import { atLeast, type Viewer } from './model/agent.ts';
import type { Standing } from './ports/changes.ts';

/**
 * Whether somebody may see a conversation: whoever sees everything, what was never handed to a team, one's own teams', and
 * one's own. The same rule stands in SQL (desk_sees_v1), where it decides; here it only picks whom a push is for.
 */
export function maySee(viewer: Viewer, standing: Standing): boolean {
  if (atLeast(viewer.role, 'lead') || standing.ownerTeam === null) return true;
  if (viewer.teamIds.includes(standing.ownerTeam)) return true;
  if (standing.ownerAgent !== viewer.id) return false;
  return standing.ownerKind === 'agent' || (standing.ownerKind === 'none' && standing.resolvedOwnerKind === 'agent');
}
