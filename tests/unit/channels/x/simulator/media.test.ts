import https from 'node:https';
import { buffer } from 'node:stream/consumers';
import { describe, expect, test } from '@jest/globals';
import { EUploadMimeType } from 'twitter-api-v2';
import { createXAgent } from '../../../../../channels/x/transport/agent.ts';
import { begin, refusal } from './clients.ts';

const picture = Buffer.alloc(3 * 1_048_576, 'picture');

describe('files', () => {
  test('a picture goes up in pieces, and out with a message or a post, each by its category', async () => {
    const { user, simulator } = await begin();
    const ana = simulator.customer();
    const forDirect = await user.v2.uploadMedia(picture, {
      media_type: EUploadMimeType.Png,
      media_category: 'dm_image',
    });
    const forPost = await user.v2.uploadMedia(picture, {
      media_type: EUploadMimeType.Png,
      media_category: 'tweet_image',
    });
    await user.v2.sendDmToParticipant(ana.id, { attachments: [{ media_id: forDirect }] });
    await user.v2.reply('', ana.mention('show me').id, { media: { media_ids: [forPost] } });
    expect(simulator.log.directs[0]?.files[0]).toMatchObject({ category: 'dm_image', mime: 'image/png' });
    expect(Buffer.compare(simulator.log.directs[0]?.files[0]?.bytes ?? new Uint8Array(), picture)).toBe(0);
    expect(Buffer.compare(ana.seesDirects()[0]?.files[0]?.bytes ?? new Uint8Array(), picture)).toBe(0);
    expect(simulator.log.posts[0]?.files).toHaveLength(1);
    expect(await refusal(user.v2.sendDmToParticipant(ana.id, { attachments: [{ media_id: forPost }] }))).toMatchObject({
      status: 400,
    });
    expect(await refusal(user.v2.tweet('x', { media: { media_ids: [forDirect] } }))).toMatchObject({ status: 400 });
  });

  test('a video is looked through first, and cannot be used before', async () => {
    const { user, simulator } = await begin({ times: { processingMs: 300 } });
    const ana = simulator.customer();
    const id = await user.v2.uploadMedia(Buffer.from('moving'), {
      media_type: EUploadMimeType.Mp4,
      media_category: 'dm_video',
    });
    await user.v2.sendDmToParticipant(ana.id, { attachments: [{ media_id: id }] });
    const states = simulator.log.calls.filter(({ route }) => route === 'GET /2/media/upload');
    expect(states.length).toBeGreaterThan(0);

    simulator.times.processingMs = 60_000;
    const begun = await user.v2.post<{ data: { id: string } }>('media/upload/initialize', {
      media_type: 'video/mp4',
      media_category: 'dm_video',
      total_bytes: 6,
    });
    await user.v2.post(
      `media/upload/${begun.data.id}/append`,
      { segment_index: 0, media: Buffer.from('moving') },
      { forceBodyMode: 'form-data' },
    );
    const ended = await user.v2.post<{ data: unknown }>(`media/upload/${begun.data.id}/finalize`);
    expect(ended.data).toMatchObject({ processing_info: { state: 'in_progress', check_after_secs: 60 } });
    const early = user.v2.sendDmToParticipant(ana.id, { attachments: [{ media_id: begun.data.id }] });
    expect(await refusal(early)).toMatchObject({ status: 400 });
    simulator.clock.advance(60_000);
    const state = await user.v2.get<{ data: unknown }>('media/upload', { command: 'STATUS', media_id: begun.data.id });
    expect(state.data).toMatchObject({ processing_info: { state: 'succeeded' } });
  });

  test('what is too large, of the wrong kind, or not whole, is refused', async () => {
    const { user } = await begin();
    const initialize = (category: string, type: string, bytes: number) =>
      user.v2.post<{ data: { id: string } }>('media/upload/initialize', {
        media_category: category,
        media_type: type,
        total_bytes: bytes,
      });
    const mb = 1_048_576;
    expect(await refusal(initialize('dm_image', 'image/png', 5 * mb + 1))).toMatchObject({ status: 400 });
    expect(await refusal(initialize('dm_gif', 'image/gif', 15 * mb + 1))).toMatchObject({ status: 400 });
    expect(await refusal(initialize('tweet_video', 'video/mp4', 512 * mb + 1))).toMatchObject({ status: 400 });
    expect(await refusal(initialize('dm_image', 'video/mp4', 10))).toMatchObject({ status: 400 });
    expect(await refusal(initialize('dm_file', 'image/png', 10))).toMatchObject({ status: 400 });
    await initialize('tweet_video', 'video/mp4', 512 * mb);
    const { data } = await initialize('dm_image', 'image/png', 10);
    await user.v2.post(
      `media/upload/${data.id}/append`,
      { segment_index: 0, media: Buffer.from('short') },
      { forceBodyMode: 'form-data' },
    );
    expect(await refusal(user.v2.post(`media/upload/${data.id}/finalize`))).toMatchObject({ status: 400 });
    expect(await refusal(user.v2.post('media/upload/77/finalize'))).toMatchObject({ status: 404 });
  });

  test('files of posts are everybody’s, under the addresses of X, whole and from an offset', async () => {
    const { user, simulator } = await begin();
    const ana = simulator.customer();
    ana.mention('see', {
      files: [
        { mime: 'image/png', bytes: Buffer.from('a picture') },
        { mime: 'video/mp4', bytes: Buffer.from('a video') },
      ],
    });
    const { includes } = await user.v2.userMentionTimeline(simulator.selfId, {
      'media.fields': ['url', 'variants'],
      expansions: ['attachments.media_keys'],
    });
    const links = includes.media.map(({ url, variants }) => url ?? variants?.[0]?.url ?? '');
    expect(links.map((link) => new URL(link).host)).toEqual(['pbs.twimg.com', 'video.twimg.com']);
    const agent = createXAgent(simulator.apiRoot);
    const get = (link: string, headers = {}): Promise<{ status: number | undefined; text: string }> =>
      new Promise((resolve, reject) => {
        https
          .get(link, { agent, headers }, (response) => {
            buffer(response).then((bytes) => resolve({ status: response.statusCode, text: bytes.toString() }), reject);
          })
          .on('error', reject);
      });
    expect(await get(links[0] ?? '')).toEqual({ status: 200, text: 'a picture' });
    expect(await get(links[1] ?? '', { range: 'bytes=2-' })).toEqual({ status: 206, text: 'video' });
    expect((await get(links[1] ?? '', { range: 'bytes=7-' })).status).toBe(416);
    expect((await get('https://pbs.twimg.com/media/nothing.png')).status).toBe(404);
    for (const route of [{ route: 'file' }, {}]) {
      simulator.faults.add({ kind: 'cut_download', ...route, afterBytes: 3, times: 1 });
      // Calls that bring no file are not what it is for.
      await user.v2.userMentionTimeline(simulator.selfId);
      await expect(get(links[0] ?? '')).rejects.toThrow('aborted');
      expect(simulator.faults.rules).toEqual([]);
    }
    agent.destroy();
  });
});
