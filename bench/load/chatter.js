/** What people say to each other in servers that only have the bot in them: none of it is meant for it. */

/** Of a server. */
const PEOPLE = 5;
/** Index of the first of them, beyond all customers. */
const FIRST_PERSON = 10_000_000;
const TICK_MS = 20;

const SENTENCES = [
  'Did anybody else see that the candle of this morning went straight through the line we talked about yesterday?',
  'gm everyone, the stream begins in an hour and the link will be in the announcements as it was the last time',
  'No, I would leave it where it is until the weekend is over, there is never any volume before Monday anyway.',
];

/**
 * Writes in servers chosen at random, until stopped: of a hundred doings ninety are messages, five edits, three reactions, two deletions.
 * @param {{simulator: object, elsewhere: readonly {channelIds: readonly string[]}[], personId(number: number): string}} discord
 * @param {number} perSecond
 * @returns {{stop(): number}} stop answers how many there were
 */
export function startChatter({ simulator, elsewhere, personId }, perSecond) {
  const beganMs = performance.now();
  let done = 0;
  /** The newest message of a server, by its index. */
  const newest = new Map();

  function act() {
    const server = Math.floor(Math.random() * elsewhere.length);
    const { channelIds } = elsewhere[server];
    const person = simulator.customer(personId(FIRST_PERSON + server * PEOPLE + Math.floor(Math.random() * PEOPLE)));
    const last = newest.get(server);
    const what = Math.random() * 100;
    if (last === undefined || what < 90) {
      const channelId = channelIds[Math.floor(Math.random() * channelIds.length)];
      const text = `${SENTENCES[done % SENTENCES.length]} ${done}`;
      newest.set(server, { person, where: person.write(text, { channelId }) });
    } else if (what < 95) last.person.edit(last.where, `${SENTENCES[done % SENTENCES.length]} (edited)`);
    else if (what < 98) person.react(last.where, '👍');
    else {
      last.person.remove(last.where);
      newest.delete(server);
    }
    done += 1;
  }

  const timer = setInterval(() => {
    for (const due = ((performance.now() - beganMs) / 1_000) * perSecond; done < due; ) act();
  }, TICK_MS);
  return {
    stop() {
      clearInterval(timer);
      return done;
    },
  };
}
