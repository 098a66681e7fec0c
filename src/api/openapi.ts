import type { SwaggerTransformObject } from '@fastify/swagger';

type Document = ReturnType<SwaggerTransformObject>;

const REFERENCE = /"#\/components\/schemas\/([^"]+)"/g;

function namesIn(part: unknown): string[] {
  return [...(JSON.stringify(part) ?? '').matchAll(REFERENCE)].map(([, name]) => name ?? '');
}

/**
 * Takes schemas out of a fresh document that nothing in it refers to: each exists once for reading and once for writing, and
 * mostly one is used.
 */
export function onlyUsed(document: Document): Document {
  const schemas = 'components' in document ? document.components?.schemas : undefined;
  if (schemas === undefined || !('paths' in document)) return document;
  const used = new Set<string>();
  const waiting = namesIn(document.paths);
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    if (used.has(name)) continue;
    used.add(name);
    waiting.push(...namesIn(schemas[name]));
  }
  for (const name of Object.keys(schemas)) if (!used.has(name)) delete schemas[name];
  return document;
}
