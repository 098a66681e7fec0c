/**
 * The lists of the inbox, newest word first. `unassigned`: waits in a team's queue. `all`: everything unresolved. `bot`: what
 * the bot has. `filed`: what nobody has to answer, because no person wrote it or it is spam; it is in no other view.
 */
export const VIEWS = ['mine', 'unassigned', 'all', 'bot', 'resolved', 'filed'] as const;
export type View = (typeof VIEWS)[number];
