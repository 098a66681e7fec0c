import { ParleyError } from '../../core/errors.ts';
import type { ChannelAccount, InboundSink, ServedAnswer, ServedRequest } from '../../core/ports/channel.ts';

/** Between the visitors of the chat and the account that serves them: what a bad network does can be done here. */
export interface VisitorLine {
  /** The account as visitors reach it. What does not serve customers is given back as it is. */
  between<Account extends Pick<ChannelAccount, 'serve'>>(account: Account): Account;
  /** Cuts every stream that is open, and lets nothing through until `mend`. */
  cut(): void;
  mend(): void;
  /** The next words of a visitor are taken, and the visitor is not told. @returns takes it back */
  loseAnswer(onLost: () => void): () => void;
}

function lineCut(): ParleyError {
  return new ParleyError('visitor_line', 'the line to the visitors is cut, on demand');
}

/** Makes a line that is well. */
export function createVisitorLine(): VisitorLine {
  const losses = new Set<() => void>();
  let line = new AbortController();
  let isCut = false;

  async function carry(
    serve: NonNullable<ChannelAccount['serve']>,
    request: ServedRequest,
    sink: InboundSink,
  ): Promise<ServedAnswer> {
    if (isCut) throw lineCut();
    const answer = await serve({ ...request, signal: AbortSignal.any([request.signal, line.signal]) }, sink);
    if (isCut) throw lineCut();
    const [lose] = losses;
    const taken = request.method === 'POST' && request.path === '/messages' && answer.status < 300;
    if (!taken || lose === undefined) return answer;
    losses.delete(lose);
    lose();
    throw lineCut();
  }

  return {
    between(account) {
      const serve = account.serve?.bind(account);
      if (serve === undefined) return account;
      return { ...account, serve: (request: ServedRequest, sink: InboundSink) => carry(serve, request, sink) };
    },
    cut() {
      isCut = true;
      line.abort();
    },
    mend() {
      isCut = false;
      line = new AbortController();
    },
    loseAnswer(onLost) {
      losses.add(onLost);
      return () => losses.delete(onLost);
    },
  };
}
