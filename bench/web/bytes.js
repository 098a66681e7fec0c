/** Bytes of the built page as they are sent: gzipped, level 9. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

/** @returns {{scripts: number, styles: number, largestLazy: number}} bytes */
export function pageBytes(folder) {
  const manifest = JSON.parse(readFileSync(join(folder, '.vite/manifest.json'), 'utf8'));
  const chunks = Object.values(manifest);
  const first = new Set();
  const visit = (chunk) => {
    if (chunk === undefined || first.has(chunk.file)) return;
    first.add(chunk.file);
    for (const next of chunk.imports ?? []) visit(manifest[next]);
  };
  for (const chunk of chunks) if (chunk.isEntry === true) visit(chunk);
  const size = (file) => gzipSync(readFileSync(join(folder, file)), { level: 9 }).length;
  const sum = (files) => [...files].reduce((total, file) => total + size(file), 0);
  const lazy = chunks.map(({ file }) => file).filter((file) => file.endsWith('.js') && !first.has(file));
  return {
    scripts: sum(first),
    styles: sum(new Set(chunks.flatMap(({ css }) => css ?? []))),
    largestLazy: Math.max(0, ...lazy.map(size)),
  };
}
