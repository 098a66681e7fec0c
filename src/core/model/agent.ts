/** What an agent may do, each including the one before: answer; see and assign everything; change who works here. */
export const ROLES = ['agent', 'lead', 'admin'] as const;
export type Role = (typeof ROLES)[number];
