import { decodeWords } from '../mime/encoded-words.ts';
import type { HeaderField } from '../mime/header-block.ts';
import type { DeliveryReport } from '../parsed-email.ts';

/** Groups of fields of a report part (RFC 3464 2.1): about the message, then one for each recipient. */
export function reportGroups(body: string): HeaderField[][] {
  const groups: HeaderField[][] = [];
  let group: HeaderField[] = [];
  for (const raw of body.replaceAll('\r', '').split('\n')) {
    const line = raw.slice(0, 4_000);
    if (line.trim() === '') {
      if (group.length > 0) groups.push(group);
      group = [];
      if (groups.length > 1_000) break;
      continue;
    }
    const last = group[group.length - 1];
    const colon = line.indexOf(':');
    if (/^[ \t]/.test(line) && last !== undefined) last.value = `${last.value} ${line.trim()}`.slice(0, 4_000);
    else if (colon > 0 && /^[A-Za-z][A-Za-z0-9-]*$/.test(line.slice(0, colon).trim()))
      group.push({ name: line.slice(0, colon).trim().toLowerCase(), value: line.slice(colon + 1).trim() });
    // A server's words that were not folded.
    else if (last !== undefined) last.value = `${last.value} ${line.trim()}`.slice(0, 4_000);
  }
  if (group.length > 0) groups.push(group);
  return groups;
}

const ACTIONS = new Set(['failed', 'delayed', 'delivered', 'relayed', 'expanded']);

/** Recipients of a delivery-status part. */
export function deliveryReports(body: string): DeliveryReport[] {
  const reports: DeliveryReport[] = [];
  for (const group of reportGroups(body)) {
    const value = (name: string): string => group.find((field) => field.name === name)?.value ?? '';
    const recipient =
      bareAddress(value('final-recipient')) ||
      bareAddress(value('original-recipient')) ||
      bareAddress(value('x-actual-recipient'));
    const named =
      value('action')
        .toLowerCase()
        .match(/[a-z]+/)?.[0] ?? '';
    if (recipient === '' && named === '' && value('status') === '') continue;
    const diagnostic = decodeWords(value('diagnostic-code'))
      .replace(/^\s*[A-Za-z0-9-]{1,20}\s*;\s*/, '')
      .replaceAll(/\s+/g, ' ')
      .trim();
    const status = statusIn(value('status')) ?? statusIn(diagnostic);
    const action = ACTIONS.has(named)
      ? named
      : named.startsWith('fail') || named === 'expired' || named === 'hard'
        ? 'failed'
        : actionOf(status);
    const address = recipient === '' ? bareAddress(value('original-recipient')) : recipient;
    reports.push({ recipient: address, status, action, diagnostic: diagnostic.slice(0, 1_000) });
  }
  return reports;
}

/** "rfc822; <jane@example.com>" without its type and brackets. */
export function bareAddress(value: string): string {
  const plain = value.replace(/^\s*[A-Za-z0-9-]{1,20}\s*;/, '').trim();
  return (/<([^<>\s]+)>/.exec(plain)?.[1] ?? plain).replaceAll(/^["'\s]+|["'\s;,]+$/g, '').replace(/\s.*$/s, '');
}

/** The first enhanced status (RFC 3463) in a text; addresses of machines look alike and are passed over. */
export function statusIn(text: string): string | null {
  return /(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d]|\.\d)/.exec(text.slice(0, 8_000))?.[1] ?? null;
}

/** What a status means where the server did not say. */
export function actionOf(status: string | null): string {
  if (status?.startsWith('4') === true) return 'delayed';
  return status?.startsWith('2') === true ? 'delivered' : 'failed';
}
