/** The lists of the inbox, in the order of the sidebar. */
export const VIEWS = ['mine', 'unassigned', 'all', 'bot', 'resolved', 'filed'] as const;
export type View = (typeof VIEWS)[number];

export const SECTIONS = ['you', 'sessions', 'blocked', 'channels', 'people', 'teams', 'queue'] as const;
export type Section = (typeof SECTIONS)[number];

/** Where in the page somebody is; each has an address. */
export type Route =
  | { page: 'inbox'; view: View; conversationId: string | null }
  | { page: 'settings'; section: Section };

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** The route of an address; one that is none of ours is the agent's own list. */
export function parseRoute(pathname: string): Route {
  const [page, second, third] = pathname.split('/').filter((part) => part !== '');
  if (page === 'settings') {
    return { page: 'settings', section: SECTIONS.find((one) => one === second) ?? 'you' };
  }
  const view = page === 'inbox' ? VIEWS.find((one) => one === second) : undefined;
  const known = view !== undefined && third !== undefined && UUID.test(third);
  return { page: 'inbox', view: view ?? 'mine', conversationId: known ? third.toLowerCase() : null };
}

/** The address of a route. */
export function addressOf(route: Route): string {
  if (route.page === 'settings') return `/settings/${route.section}`;
  return route.conversationId === null ? `/inbox/${route.view}` : `/inbox/${route.view}/${route.conversationId}`;
}
