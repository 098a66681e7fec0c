import { describe, expect, test } from '@jest/globals';
import { describeFailure } from '../../../src/cli/failure.ts';
import { findingLine } from '../../../src/cli/findings.ts';
import { age, table } from '../../../src/cli/output.ts';
import { rolesOf } from '../../../src/cli/serve.ts';
import { ParleyError } from '../../../src/core/errors.ts';
import { EmbeddedStoreError } from '../../../src/store/embedded/index.ts';
import { placeOf } from '../../../src/store/reachable.ts';

describe('what a person reads when something fails', () => {
  test('message and mend, the mend once', () => {
    expect(describeFailure(new ParleyError('x', 'it broke', { mend: 'mend it' }))).toBe('it broke; mend it');
    const told = describeFailure(new EmbeddedStoreError('disk-full', 'No space.', 'Free some.'));
    expect(told).toBe('No space. Free some.');
  });

  test('a full disk says so wherever it was noticed', () => {
    const local = Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
    expect(describeFailure(local)).toContain('the disk is full; free some space');
    const server = Object.assign(new Error('could not extend file'), { code: '53100' });
    expect(describeFailure(server)).toContain("the database server's disk is full");
  });

  test('no password from an address, and never nothing', () => {
    expect(describeFailure(new Error('cannot reach postgres://u:hunter2@h/d'))).not.toContain('hunter2');
    expect(describeFailure(undefined)).not.toBe('');
    expect(describeFailure(new Error('surprise'))).toContain('report it as a bug');
    expect(placeOf('postgres://u:hunter2@db.example:6000/desk')).toBe('db.example:6000/desk');
  });
});

test('a customer cannot steer the terminal through a list', () => {
  const text = table(['ID', 'WHY'], [['1', 'a\u001b[31mred\nID  faked']]);
  expect(text.split('\n')).toHaveLength(2);
  expect(text).not.toContain('\u001b');
  expect(findingLine({ check: 'c', result: 'wrong', message: 'm\u0007', mend: 'do' })).toBe('✗ c: m\ufffd\n    → do');
});

test('ages in the unit people use', () => {
  expect([age(1_000), age(600_000), age(7_300_000), age(200_000_000)]).toEqual(['1 s', '10 min', '2 h', '2 d']);
});

test('roles: all by default, a wrong one is named', () => {
  expect(rolesOf(undefined)).toEqual(['ingress', 'worker', 'web', 'connector']);
  expect(rolesOf('worker, web')).toEqual(['worker', 'web']);
  expect(() => rolesOf('worker,wbe')).toThrow('there is no role "wbe"');
});
