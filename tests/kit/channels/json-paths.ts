/** Keys from the outside in. */
export type Path = readonly (string | number)[];

/** Paths of all values inside a JSON value, its own first. */
export function pathsOf(value: unknown, path: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [path];
  return [path, ...Object.entries(value).flatMap(([key, child]) => pathsOf(child, [...path, key]))];
}

/** A copy of a JSON value with the value at one path replaced. */
export function replaceAt(value: unknown, path: Path, replacement: unknown): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return replacement;
  if (typeof value !== 'object' || value === null) return value;
  const copy: Record<string, unknown> = { ...value };
  copy[String(key)] = replaceAt(copy[String(key)], rest, replacement);
  return Array.isArray(value) ? Object.values(copy) : copy;
}
