import type { Capabilities } from '../../../../src/core/capabilities.ts';

export const toyCapabilities = {
  text: { maxLength: 500, unit: 'utf16', formatting: [] },
  media: null,
  buttons: null,
  editWindowMs: null,
  deleteWindowMs: null,
  reactions: 'none',
  typing: false,
  replies: false,
  threads: false,
  idempotentSend: true,
  reconcile: true,
  startsConversations: true,
} as const satisfies Capabilities;
