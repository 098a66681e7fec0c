import type { VisitorLine } from '../web-chat/visitor-line.ts';
import { lastingTrouble } from './lasting.ts';
import type { BeginTrouble } from './troubles.ts';

export function webChatTroubles(line: VisitorLine): BeginTrouble {
  const away = lastingTrouble(line.cut, line.mend);
  return (kind, onStrike) => {
    if (kind === 'web_away') return away();
    return kind === 'web_cut' ? { times: 1, remove: line.loseAnswer(onStrike) } : null;
  };
}
