import { ParleyError } from '../core/errors.ts';
import { brandId, type TeamId } from '../core/model/ids.ts';
import type { Log } from '../core/ports/log.ts';

/** A team as the choice for a customer sees it. */
export interface TeamOffered {
  readonly id: string;
  readonly languages: readonly string[];
}

export interface TeamBoardOptions {
  /** The configuration's teams; the store has them since the start. */
  configured: readonly TeamOffered[];
  /** All teams of the store, those made on the page included. */
  read(): Promise<readonly (TeamOffered & { fromFile: boolean })[]>;
  log: Log;
  everyMs?: number;
}

/** The teams that conversations may be handed to. */
export interface TeamBoard {
  /** The first team that speaks the language, else the first one: the configuration's come before the page's. */
  teamFor(language: string): TeamId;
  /** Reads the teams as they are now. Never throws: what was known stays. */
  refresh(): Promise<void>;
  stop(): void;
}

/** A team made on the page takes part within this time. */
const EVERY_MS = 3_000;

/**
 * Keeps the teams in memory, because a handoff is decided without waiting. Only teams that the store has are ever offered; a team
 * that left the configuration keeps its conversations and gets no new ones. @throws {ParleyError} `no_team`
 */
export function createTeamBoard({ configured, read, log, everyMs = EVERY_MS }: TeamBoardOptions): TeamBoard {
  const [first] = configured;
  if (first === undefined) throw new ParleyError('no_team', 'there is no team to hand conversations to');
  let teams = configured;
  let reading: Promise<void> | undefined;

  async function readTeams(): Promise<void> {
    try {
      const stored = await read();
      const fromFile = configured.filter((team) => stored.some((one) => one.id === team.id));
      const found = [...fromFile, ...stored.filter((one) => !one.fromFile)];
      teams = found.length > 0 ? found : configured;
    } catch (error) {
      log.debug({ err: error instanceof Error ? error.name : typeof error }, 'teams could not be read');
    }
  }

  function refresh(): Promise<void> {
    reading ??= readTeams().finally(() => {
      reading = undefined;
    });
    return reading;
  }

  const timer = setInterval(() => void refresh(), everyMs);
  timer.unref();
  return {
    teamFor: (language) => {
      const team = teams.find((one) => one.languages.includes(language)) ?? teams[0] ?? first;
      return brandId(team.id);
    },
    refresh,
    stop: () => clearInterval(timer),
  };
}
