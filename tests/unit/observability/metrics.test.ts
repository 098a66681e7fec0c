import { afterEach, describe, expect, it } from '@jest/globals';
import { type AccountId, brandId } from '../../../src/core/model/ids.ts';
import { type AccountHealth, createAccountHealthBoard } from '../../../src/observability/health.ts';
import { createMetrics } from '../../../src/observability/metrics.ts';

const metrics = createMetrics();
afterEach(() => {
  metrics.close();
});

describe('metrics', () => {
  it('come out as Prometheus text', async () => {
    metrics.ingested('telegram', 'stored', 3);
    metrics.ingestLatency('telegram', 7);
    metrics.delivered('email', 'bounced');
    metrics.deliveryLatency('email', 70_000);
    metrics.platformCall('x', 'rate_limited', 12);
    metrics.file('stored', 30);
    metrics.batch('ingest', 40);
    metrics.due({ threads: 5, oldestAgeMs: 1_200, needsReview: 2 });
    metrics.backlog({ deliveries: { retry: 4 }, parked: { payloads: 1, messages: 2 }, instances: { worker: 2 } });
    metrics.ready(true);
    metrics.ingestBacklog(9, 1_000);
    metrics.queueHealthy(false);
    metrics.guarded('seed-phrase', true);
    metrics.botDecision('faq', 'reply');
    const text = await metrics.text();
    expect(metrics.contentType).toMatch(/^text\/plain/);
    for (const line of [
      'parley_ingested_total{channel="telegram",outcome="stored"} 3',
      'parley_ingest_latency_ms_bucket{le="10",channel="telegram"} 1',
      'parley_ingest_latency_ms_bucket{le="5",channel="telegram"} 0',
      'parley_deliveries_total{channel="email",state="bounced"} 1',
      'parley_delivery_latency_ms_sum{channel="email"} 70000',
      'parley_platform_call_ms_count{channel="x",outcome="rate_limited"} 1',
      'parley_file_fetch_ms_sum{state="stored"} 30',
      'parley_batch_size_sum{kind="ingest"} 40',
      'parley_due_threads 5',
      'parley_oldest_due_age_ms 1200',
      'parley_needs_review 2',
      'parley_ingest_backlog_events 9',
      'parley_queue_up 0',
      'parley_deliveries_open{state="retry"} 4',
      'parley_deliveries_open{state="unknown"} 0',
      'parley_parked{what="message"} 2',
      'parley_instances{role="worker"} 2',
      'parley_instances{role="connector"} 0',
      'parley_ready 1',
      'parley_guard_findings_total{rule="seed-phrase",certain="true"} 1',
      'parley_bot_decisions_total{by="faq",outcome="reply"} 1',
    ]) {
      expect(text).toContain(line);
    }
    expect(text).toMatch(/parley_resident_memory_bytes \d{7}/);
    expect(text).toMatch(/parley_event_loop_lag_ms\{quantile="0.99"\} \d/);
  });

  it('have no sample of what workers alone measure until one did', async () => {
    const fresh = createMetrics();
    const sampled = async (): Promise<string[]> =>
      [...(await fresh.text()).matchAll(/^(parley_(?:due_threads|oldest_due_age_ms|needs_review|queue_up)) /gm)].map(
        ([, name = '']) => name,
      );
    expect(await sampled()).toEqual([]);
    fresh.due({ threads: 0, oldestAgeMs: 0, needsReview: 0 });
    fresh.queueHealthy(true);
    expect(await sampled()).toHaveLength(4);
    fresh.close();
  });

  it('say how accounts stand, and what became of their updates', async () => {
    metrics.accountHealth('tg2', 'critical', 7_260_400);
    metrics.accountUpdates('tg2', 'seen', 3);
    metrics.accountUpdates('tg2', 'stored', 2);
    const text = await metrics.text();
    for (const line of [
      'parley_account_severity{account="tg2"} 2',
      'parley_account_behind_seconds{account="tg2"} 7260',
      'parley_account_updates_total{account="tg2",what="seen"} 3',
      'parley_account_updates_total{account="tg2",what="stored"} 2',
    ]) {
      expect(text).toContain(line);
    }
    metrics.accountHealth('tg2', 'ok', 0);
    expect(await metrics.text()).toContain('parley_account_severity{account="tg2"} 0');
  });

  it('hold one state per account and forget removed ones', async () => {
    metrics.account('tg', 'telegram', 'connected');
    metrics.account('tg', 'telegram', 'stopped');
    const text = await metrics.text();
    expect(text).toContain('parley_account_state{account="tg",channel="telegram",state="stopped"} 1');
    expect(text).toContain('parley_account_state{account="tg",channel="telegram",state="connected"} 0');
    metrics.removeAccount('tg', 'telegram');
    expect(await metrics.text()).not.toContain('account="tg"');
  });
});

describe('account health', () => {
  it('tells changes once and remembers since when', () => {
    let nowMs = 1_000;
    const heard: [AccountHealth, AccountHealth | null][] = [];
    const board = createAccountHealthBoard({ nowMs: () => nowMs, monotonicMs: () => nowMs }, (now, before) =>
      heard.push([now, before]),
    );
    const id = brandId<AccountId>('tg');
    const retrying = (message: string) => ({ state: 'retrying', code: 'timeout', message }) as const;
    expect(board.get(id)).toBeNull();
    board.report(id, 'telegram', { state: 'connecting' });
    nowMs = 2_000;
    board.report(id, 'telegram', retrying('first'));
    nowMs = 3_000;
    board.report(id, 'telegram', retrying('second'));
    expect(board.get(id)).toMatchObject({ sinceMs: 2_000, state: { message: 'second' } });
    board.report(id, 'telegram', { ...retrying('third'), code: 'refused' });
    board.report(brandId<AccountId>('a'), 'x', { state: 'connected' });
    expect(heard.map(([now, before]) => [now.accountId, now.state.state, before?.state.state])).toEqual([
      ['tg', 'connecting', undefined],
      ['tg', 'retrying', 'connecting'],
      ['tg', 'retrying', 'retrying'],
      ['a', 'connected', undefined],
    ]);
    expect(board.list().map(({ accountId }) => accountId)).toEqual(['a', 'tg']);
    board.remove(id);
    expect(board.list()).toHaveLength(1);
  });
});
