import { once } from 'node:events';
import { describe, expect, test } from '@jest/globals';
import { ETwitterStreamEvent, type TweetStream, type TwitterApi } from 'twitter-api-v2';
import { eventually } from '../../../../kit/eventually.ts';
import { begin, refusal } from './clients.ts';

interface Told {
  data?: { event_type: string; payload: Record<string, unknown> };
  errors?: { title: string }[];
}

const listen = async (app: TwitterApi, query: Record<string, string> = {}): Promise<TweetStream<Told>> =>
  app.v2.getStream<Told>('activity/stream', query, { autoConnect: true });

/** What it hears from now on. */
function heardBy(stream: TweetStream<Told>): Told[] {
  const heard: Told[] = [];
  stream.on(ETwitterStreamEvent.Data, (told) => heard.push(told));
  return heard;
}

async function begun(options: Parameters<typeof begin>[0] = {}) {
  const all = await begin(options);
  await all.app.v2.post('activity/subscriptions', {
    event_type: 'dm.received',
    filter: { user_id: all.simulator.selfId },
  });
  return all;
}

describe('streams', () => {
  test('tell what happens, and beat', async () => {
    const { app, simulator } = await begun({ times: { heartbeatMs: 30 } });
    const stream = await listen(app);
    const heard = heardBy(stream);
    let beats = 0;
    stream.on(ETwitterStreamEvent.DataKeepAlive, () => {
      beats += 1;
    });
    simulator.customer().direct('hello');
    await eventually(() => expect(heard).toHaveLength(1));
    expect(heard[0]?.data?.event_type).toBe('dm.received');
    await eventually(() => expect(beats).toBeGreaterThan(2));
    expect(simulator.log.events).toMatchObject([{ via: 'stream', attempts: 1 }]);
    stream.close();
  });

  test('there are two at most; a third is told so, until one is killed', async () => {
    const { app, simulator } = await begun();
    const [one, two] = [await listen(app), await listen(app)];
    const refused = await refusal(listen(app));
    expect(refused).toMatchObject({
      status: 429,
      body: { title: 'ConnectionException', connection_issue: 'TooManyConnections' },
    });
    const open = await app.v2.get<{ data: { id: string; endpoint_name: string }[] }>('connections');
    expect(open.data).toMatchObject([{ endpoint_name: 'activity_stream' }, { endpoint_name: 'activity_stream' }]);
    const heard = heardBy(one);
    expect(await app.v2.delete('connections/all')).toEqual({ data: { successful_kills: 2, failed_kills: 0 } });
    await eventually(() => expect(heard[0]?.errors?.[0]?.title).toBe('operational-disconnect'));
    const three = await listen(app);
    await eventually(() =>
      expect(simulator.streams.filter(({ disconnectedMs }) => disconnectedMs === null)).toHaveLength(1),
    );
    const all = await app.v2.get<{ data: object[] }>('connections', { status: 'inactive' });
    expect(all.data).toMatchObject([
      { disconnect_reason: 'OperationalDisconnect' },
      { disconnect_reason: 'OperationalDisconnect' },
    ]);
    for (const stream of [one, two, three]) stream.close();
  });

  test('what came while nobody listened is told to who asks for it, and lost to others', async () => {
    const { app, simulator } = await begun();
    simulator.customer().direct('missed');
    const without = await listen(app);
    const nothing = heardBy(without);
    const stream = app.v2.getStream<Told>('activity/stream', { backfill_minutes: '5' }, { autoConnect: false });
    const heard = heardBy(stream);
    await stream.connect();
    await eventually(() => expect(heard).toHaveLength(1));
    simulator.customer().direct('now');
    await eventually(() => expect([nothing.length, heard.length]).toEqual([1, 2]));
    expect(await refusal(listen(app, { backfill_minutes: '6' }))).toMatchObject({ status: 400 });
    without.close();
    stream.close();
  });

  test('faults: cut, silent, garbage', async () => {
    const { app, simulator } = await begun({ times: { heartbeatMs: 20 } });
    const stream = await listen(app);
    const heard = heardBy(stream);
    const broken = once(stream, ETwitterStreamEvent.TweetParseError);
    simulator.faults.add({ kind: 'stream_garbage', times: 1 });
    simulator.customer().direct('behind garbage');
    await broken;
    await eventually(() => expect(heard).toHaveLength(1));
    let beats = 0;
    let leftOut = 0;
    simulator.faults.onStrike(({ kind }) => {
      if (kind === 'stream_silent') leftOut += 1;
    });
    simulator.faults.add({ kind: 'stream_silent' });
    // What was on its way comes before what is told now.
    simulator.customer().direct('behind the last heartbeat');
    await eventually(() => expect(heard).toHaveLength(2));
    stream.on(ETwitterStreamEvent.DataKeepAlive, () => {
      beats += 1;
    });
    await eventually(() => expect(leftOut).toBeGreaterThan(4));
    simulator.customer().direct('behind the silence');
    await eventually(() => expect(heard).toHaveLength(3));
    expect(beats).toBe(0);
    simulator.faults.add({ kind: 'stream_cut', times: 1 });
    stream.autoReconnect = false;
    simulator.customer().direct('lost with it');
    // The socket has not noticed yet.
    simulator.customer().direct('lost behind it');
    await eventually(() => expect(simulator.streams.map(({ reason }) => reason)).toEqual(['ClientClosed']));
    expect(heard).toHaveLength(3);
    expect(simulator.log.events.slice(-2)).toMatchObject([
      { via: 'stream', attempts: 0, ackedAtMs: null },
      { via: 'stream', attempts: 0, ackedAtMs: null },
    ]);
    stream.close();
  });

  test('what is told after all were cut was told to nobody', async () => {
    const { app, simulator } = await begun();
    const stream = await listen(app);
    stream.autoReconnect = false;
    simulator.cutStreams();
    simulator.customer().direct('too late');
    expect(simulator.log.events).toMatchObject([{ attempts: 0, ackedAtMs: null }]);
    await eventually(() => expect(simulator.streams.map(({ reason }) => reason)).toEqual(['ClientClosed']));
    stream.close();
  });
});
