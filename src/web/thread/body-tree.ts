/** A node of formatted text as it comes from the server, before anybody trusts its shape. */
export interface BodyNode {
  type: string;
  children: readonly BodyNode[];
  value: string;
  url: string;
  ordered: boolean;
  start: number;
}

const DEEPEST = 20;

function textField(node: object, name: string): string {
  const value: unknown = Reflect.get(node, name);
  return typeof value === 'string' ? value : '';
}

function readNode(value: unknown, depth: number): BodyNode | null {
  if (typeof value !== 'object' || value === null || depth > DEEPEST) return null;
  const children: unknown = Reflect.get(value, 'children');
  const start: unknown = Reflect.get(value, 'start');
  return {
    type: textField(value, 'type'),
    children: Array.isArray(children) ? children.flatMap((child: unknown) => readNode(child, depth + 1) ?? []) : [],
    value: textField(value, 'value') || textField(value, 'label') || textField(value, 'fallback'),
    url: textField(value, 'url'),
    ordered: Reflect.get(value, 'ordered') === true,
    start: typeof start === 'number' ? start : 1,
  };
}

/** The root of a stored body of a version this page knows, else null: then the plain text is shown. */
export function readBody(body: unknown): BodyNode | null {
  if (typeof body !== 'object' || body === null || Reflect.get(body, 'v') !== 1) return null;
  return readNode(Reflect.get(body, 'tree'), 0);
}

/** Everything a node says, as plain text. */
export function textOf(node: BodyNode): string {
  return node.value + node.children.map(textOf).join('');
}

/** Addresses a link may lead to. Anything else (javascript:, data:, an app's own scheme) is shown as text. */
export function safeLink(url: string): URL | null {
  if (!URL.canParse(url)) return null;
  const parsed = new URL(url);
  return ['http:', 'https:', 'mailto:', 'tel:'].includes(parsed.protocol) ? parsed : null;
}

/** The host a link really leads to, when its text says something else. */
export function hiddenHost(link: URL, shown: string): string | null {
  if (link.protocol !== 'http:' && link.protocol !== 'https:') return null;
  // Everything before an @ is a name, and mostly one that pretends to be a host.
  if (link.username !== '' || link.password !== '') return link.host;
  const told = shown.trim().toLowerCase();
  const honest = [link.href, link.href.replace(/\/$/, ''), link.host, `${link.host}${link.pathname}`];
  return honest.some((one) => one === told || one.replace(/^https?:\/\//, '') === told) ? null : link.host;
}
