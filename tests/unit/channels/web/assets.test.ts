import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { expect, test } from '@jest/globals';
import { createAssets } from '../../../../channels/web/transport/assets.ts';
import type { ServedAnswer, ServedRequest } from '../../../../src/core/ports/channel.ts';

const WIDGET = join(import.meta.dirname, '../../../../channels/web/widget');

function asked(headers: Record<string, string> = {}): ServedRequest {
  const signal = new AbortController().signal;
  const body = () => Promise.resolve(Buffer.alloc(0));
  return { method: 'GET', path: '/', headers, body, address: '::1', host: 'chat.test', signal };
}

function bodyOf(answer: ServedAnswer | undefined): string {
  return Buffer.isBuffer(answer?.body) ? answer.body.toString('utf8') : '';
}

test('a title is text, whatever stands in it', () => {
  const title = `<b>"x"</b> $& {origins} ' onload=1`;
  const page = createAssets({ title, origins: ['https://a.example'] }).find('', asked());
  expect(bodyOf(page)).toContain('<title>&#60;b&#62;&#34;x&#34;&#60;/b&#62; $&#38; {origins} &#39; onload=1</title>');
  expect(bodyOf(page)).toContain('data-origins="https://a.example"');
});

test('every file of the page can be asked for, and nothing else', () => {
  const assets = createAssets({ title: 'x', origins: [] });
  const files = readdirSync(WIDGET).filter((name) => name.endsWith('.js') || name.endsWith('.css'));
  expect(files.length).toBeGreaterThan(5);
  for (const name of files) expect(assets.find(name, asked())?.status).toBe(200);
  for (const name of ['tsconfig.json', 'chat.html', '../index.ts', '../config.ts', 'constructor', '__proto__', '/'])
    expect(assets.find(name, asked())).toBeUndefined();
});

test('who may show it is said in the policy; nothing inline is allowed; zipped where that is understood', () => {
  const shown = createAssets({ title: 'x', origins: ['https://a.example', 'https://b.example'] });
  const page = shown.find('', asked({ 'accept-encoding': 'br, gzip' }));
  const policy = page?.headers['content-security-policy'] ?? '';
  expect(policy).toContain('frame-ancestors https://a.example https://b.example;');
  expect(policy).not.toMatch(/unsafe|\*/u);
  expect(page?.headers['content-encoding']).toBe('gzip');
  expect(gunzipSync(Buffer.isBuffer(page?.body) ? page.body : '').toString()).toContain('<textarea');
  const nobody = createAssets({ title: 'x', origins: [] }).find('', asked());
  expect(nobody?.headers['content-security-policy']).toContain("frame-ancestors 'none'");
});
