import type { Brain } from '../core/ports/brain.ts';

/** Answers each text with exactly one message that holds it, in order. For trying out a channel and for measuring. */
export function createEchoBrain(): Brain {
  return {
    name: 'echo',
    deadlineMs: 1_000,
    waits: false,
    decide: ({ messages }) => ({
      kind: 'reply',
      why: 'echo',
      replies: messages.map(({ text }) => ({ content: { text }, class: 'repeatable' })),
    }),
  };
}
