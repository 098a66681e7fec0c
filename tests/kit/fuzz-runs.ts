/**
 * How many generated inputs a fuzz test tries: `usual` in `npm test`, more by the environment variable PARLEY_FUZZ_RUNS
 * (`npm run test:fuzz`). @throws for a value that is no positive whole number, so that a typing mistake tests something
 */
export function fuzzRuns(usual: number): number {
  const wanted = process.env['PARLEY_FUZZ_RUNS'];
  if (wanted === undefined || wanted === '') return usual;
  const runs = Number(wanted);
  if (!Number.isSafeInteger(runs) || runs < 1) throw new Error('PARLEY_FUZZ_RUNS is not a positive whole number');
  return runs;
}
