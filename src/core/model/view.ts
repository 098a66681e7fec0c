/**
 * The lists of the inbox, newest word first. `unassigned`: waits in a team's queue. `all`: everything unresolved. `bot`: what
 * the bot has.
 */
export const VIEWS = ['mine', 'unassigned', 'all', 'bot', 'resolved'] as const;
export type View = (typeof VIEWS)[number];
