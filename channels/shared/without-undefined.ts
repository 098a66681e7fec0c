/** Absent keys instead of undefined ones: zod gives the latter, the simulator's types and the platform's JSON know the former. */
export function withoutUndefined<T extends object>(value: { [K in keyof T]: T[K] | undefined }): T {
  return Object.fromEntries(Object.entries(value).filter(([, entry]) => entry !== undefined)) as T;
}
