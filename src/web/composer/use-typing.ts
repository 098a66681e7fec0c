import { useRef } from 'react';
import { postTyping } from '../api/calls.ts';

/** The platforms show it for five seconds; the server lets one through in four. */
const AGAIN_AFTER_MS = 4_000;

/** @returns to be called with every letter of a reply: shows the customer that somebody writes, where the channel can */
export function useTyping(conversationId: string, able: boolean): () => void {
  const told = useRef(0);
  return () => {
    const nowMs = Date.now();
    if (!able || nowMs - told.current < AGAIN_AFTER_MS) return;
    told.current = nowMs;
    // Nobody is worse off when it does not arrive.
    postTyping(conversationId).catch(() => undefined);
  };
}
