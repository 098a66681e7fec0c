import { execFileSync } from 'node:child_process';
import { median } from '../kit/median.ts';

/** Resident memory of a process over its work. */
export interface MemorySamples {
  /** The median of the second tenth of the work and of the last, megabytes; in the first tenth the heap finds its size. */
  growth(total: number): { fromMb: number; toMb: number };
  stop(): void;
}

const SAMPLE_MS = 500;

function rssMb(pid: number): number {
  return Number(execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' })) / 1_024;
}

/** @param done how much of the work is done */
export function sampleMemory(pid: number, done: () => number): MemorySamples {
  const samples: { done: number; mb: number }[] = [];
  const timer = setInterval(() => samples.push({ done: done(), mb: rssMb(pid) }), SAMPLE_MS);
  return {
    growth(total) {
      const between = (from: number, to: number): number =>
        median(samples.filter((sample) => sample.done >= total * from && sample.done < total * to).map(({ mb }) => mb));
      return { fromMb: between(0.1, 0.2), toMb: between(0.9, 1.01) };
    },
    stop: () => clearInterval(timer),
  };
}
