import { describe, expect, test } from '@jest/globals';
import { openDatabase } from '../../../src/store/database.ts';
import { eventually } from '../../kit/eventually.ts';
import { storeBackends } from '../../kit/pipeline/backends.ts';
import { recordsIn } from '../../kit/pipeline/letters.ts';
import { memoryChannel } from '../../kit/pipeline/memory-channel.ts';
import { quietLog } from '../../kit/quiet-log.ts';
import { useGateways } from './gateways.ts';

describe.each(storeBackends)('memory of accounts on $name', ({ start }) => {
  const gateways = useGateways(start);

  test('what a channel remembers is committed at once and written by one at a time', async () => {
    const on = await gateways.start({ account: memoryChannel(), withoutWorker: true });
    const { memory } = recordsIn(on.database);
    expect(await memory.read('token')).toBeNull();
    const inside: string[] = [];
    const turn = (name: string) =>
      memory.exclusively('token', async (current, write) => {
        inside.push(`${name} in`);
        await write(`${current ?? ''}${name}`);
        expect(await recordsIn(on.database).memory.read('token')).toBe(`${current ?? ''}${name}`);
        inside.push(`${name} out`);
      });
    await Promise.all([turn('a'), turn('b'), turn('c')]);
    expect((await memory.read('token'))?.split('').sort().join('')).toBe('abc');
    for (let index = 0; index < inside.length; index += 2)
      expect(inside[index + 1]).toBe(inside[index]?.replace('in', 'out'));
    await expect(
      memory.exclusively('token', async (_current, write) => {
        await write('kept');
        throw new Error('later');
      }),
    ).rejects.toThrow('later');
    expect(await memory.read('token')).toBe('kept');
  });

  test('more of them at once than there are connections all have their turn, and leave the store to others meanwhile', async () => {
    const on = await gateways.start({ account: memoryChannel(), withoutWorker: true });
    const { memory } = recordsIn(on.database);
    const callers = on.database.pool.options.max * 2 + 1;
    let inside = 0;
    const turns = Array.from({ length: callers }, async (_, at) => {
      // Half of them have records of their own, as an account has whose configuration was read anew.
      const mine = at % 2 === 0 ? memory : recordsIn(on.database).memory;
      return await mine.exclusively('token', async (current, write) => {
        inside += 1;
        expect(inside).toBe(1);
        expect(await memory.read('token')).toBe(current);
        await new Promise((done) => setTimeout(done, 20));
        await write(`${current ?? ''}.`);
        inside -= 1;
        if (at === 3) throw new Error('after it was written');
        return at;
      });
    });
    const others = Promise.all(Array.from({ length: 5 }, (_, at) => recordsIn(on.database).memory.read(`other ${at}`)));
    const ended = await Promise.allSettled(turns);
    expect(ended.map(({ status }) => status)).toEqual(ended.map((_, at) => (at === 3 ? 'rejected' : 'fulfilled')));
    expect(await others).toEqual([null, null, null, null, null]);
    expect(await memory.read('token')).toBe('.'.repeat(callers));
  }, 20_000);

  test('an exclusive turn in one process waits for that of another, and of another account for nobody', async () => {
    const on = await gateways.start({ account: memoryChannel(), withoutWorker: true });
    const other = openDatabase({ url: on.database.url, log: quietLog() });
    const here = recordsIn(on.database).memory;
    const there = recordsIn(other, 'mem').memory;
    const said: string[] = [];
    let release: () => void = () => undefined;
    const held = new Promise<void>((done) => {
      release = done;
    });
    const turn = (memory: typeof here, name: string, until: Promise<void>) =>
      memory.exclusively('token', async () => {
        said.push(`${name} in`);
        await until;
        said.push(`${name} out`);
      });
    const first = turn(here, 'here', held);
    await eventually(() => expect(said).toEqual(['here in']));
    const second = turn(there, 'there', Promise.resolve());
    await recordsIn(other, 'another').memory.exclusively('token', () => Promise.resolve(said.push('another')));
    // Time enough for the second to come in, were it not kept out.
    await new Promise((done) => setTimeout(done, 100));
    release();
    await Promise.all([first, second]);
    expect(said).toEqual(['here in', 'another', 'here out', 'there in', 'there out']);
    await other.close();
  });
});
