import type { Log } from '../core/ports/log.ts';
import type { FinishedSpan, Tracer } from '../core/ports/tracer.ts';

export interface TraceOptions {
  /** Address of the receiver; null: off. Without a path, `/v1/traces` is added. */
  otlpUrl: string | null;
  /** Share of traces that is kept, 0 to 1; the same for all processes, because it is taken from the trace's id. */
  sampleRatio: number;
  version: string;
  roles: readonly string[];
  host: string;
  pid: number;
  log: Log;
}

const FLUSH_MS = 1_000;
const SEND_LIMIT_MS = 3_000;
/** Little: a call that hangs at a platform may take eight of the ten seconds a stop has. */
const STOP_LIMIT_MS = 800;
/** Spans held while the receiver is slow; beyond it they are dropped. */
const MOST_HELD = 4_096;
const KINDS = { internal: 0, server: 1, client: 2 } as const;
const SAMPLED = 1;
const BIGGEST = 0xffff_ffff;

/** 16 bytes as OpenTelemetry writes them. */
function traceIdOf(uuid: string): string {
  return uuid.replaceAll('-', '').toLowerCase();
}

/** The root's span id is the second half of its trace's id, so that every process knows it. */
function rootIdOf(traceId: string): string {
  return traceId.slice(16);
}

function receiverOf(otlpUrl: string): string {
  const url = new URL(otlpUrl);
  if (url.pathname === '' || url.pathname === '/') url.pathname = '/v1/traces';
  return url.href;
}

function isSampled(traceId: string, ratio: number): boolean {
  return ratio >= 1 || Number.parseInt(traceId.slice(-8), 16) / BIGGEST < ratio;
}

/** Opens the way to an OTLP receiver, or null when traces are off; only then are OpenTelemetry's packages loaded. */
export async function openTracer(options: TraceOptions): Promise<Tracer | null> {
  if (options.otlpUrl === null) return null;
  const [api, sdk, { resourceFromAttributes }, { OTLPTraceExporter }] = await Promise.all([
    import('@opentelemetry/api'),
    import('@opentelemetry/sdk-trace-base'),
    import('@opentelemetry/resources'),
    import('@opentelemetry/exporter-trace-otlp-http'),
  ]);
  const random = new sdk.RandomIdGenerator();
  /** Ids of the root that is being made right now; the SDK asks for them within the same call. */
  let next: { traceId: string; spanId: string } | null = null;
  const exporter = new OTLPTraceExporter({ url: receiverOf(options.otlpUrl), timeoutMillis: SEND_LIMIT_MS });
  const processor = new sdk.BatchSpanProcessor(
    {
      export: (spans, done) =>
        exporter.export(spans, (result) => {
          if (result.error !== undefined)
            options.log.warn({}, 'the receiver of traces (telemetry.otlpUrl) takes none; they are dropped');
          done(result);
        }),
      shutdown: () => exporter.shutdown(),
    },
    { scheduledDelayMillis: FLUSH_MS, maxQueueSize: MOST_HELD, exportTimeoutMillis: SEND_LIMIT_MS },
  );
  const provider = new sdk.BasicTracerProvider({
    resource: resourceFromAttributes({
      'service.name': 'parley',
      'service.version': options.version,
      'service.instance.id': `${options.host}:${options.pid}`,
      'parley.roles': options.roles.join(','),
    }),
    idGenerator: {
      generateTraceId: () => next?.traceId ?? random.generateTraceId(),
      generateSpanId: () => next?.spanId ?? random.generateSpanId(),
    },
    spanProcessors: [processor],
  });
  const tracer = provider.getTracer('parley', options.version);

  function start(span: FinishedSpan, traceId: string) {
    const spanId = rootIdOf(traceId);
    const kind = KINDS[span.kind ?? 'internal'];
    const described = { startTime: span.startMs, attributes: { ...span.attributes }, kind };
    if (span.root !== true) {
      const parent = { traceId, spanId, traceFlags: SAMPLED, isRemote: true };
      return tracer.startSpan(span.name, described, api.trace.setSpanContext(api.ROOT_CONTEXT, parent));
    }
    next = { traceId, spanId };
    try {
      return tracer.startSpan(span.name, { ...described, root: true }, api.ROOT_CONTEXT);
    } finally {
      next = null;
    }
  }

  return {
    ended(span) {
      const traceId = traceIdOf(span.trace);
      if (!isSampled(traceId, options.sampleRatio)) return;
      const open = start(span, traceId);
      if (span.failed !== undefined && span.failed !== null) {
        open.setStatus({ code: api.SpanStatusCode.ERROR, message: span.failed });
      }
      open.end(span.endMs);
    },
    async stop() {
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<void>((done) => {
        timer = setTimeout(done, STOP_LIMIT_MS);
      });
      await Promise.race([provider.shutdown(), late]).catch((error: unknown) =>
        options.log.warn({ err: error instanceof Error ? error.message : 'unknown' }, 'the last traces were not sent'),
      );
      clearTimeout(timer);
    },
  };
}
