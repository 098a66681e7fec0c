import type { InstanceId } from './core/model/ids.ts';
import type { ChannelAccount } from './core/ports/channel.ts';
import type { Log } from './core/ports/log.ts';
import type { BlobStore } from './files/blob-store.ts';
import { type FileFetcher, startFileFetcher } from './files/fetcher.ts';
import { createPreviewMaker } from './files/preview/preview.ts';
import type { Metrics } from './observability/metrics.ts';
import type { Database } from './store/database.ts';
import { createFileStore } from './store/file-store.ts';

/** Starts fetching customers' files in this process. */
export function startFiles(options: {
  database: Database;
  instance(): InstanceId;
  blobs: BlobStore;
  log: Log;
  metrics: Metrics;
  account(id: string): ChannelAccount | undefined;
}): FileFetcher {
  return startFileFetcher({
    store: createFileStore(options.database, options.instance),
    blobs: options.blobs,
    previews: createPreviewMaker(),
    log: options.log,
    account: options.account,
    onStored: (state, tookMs) => options.metrics.file(state, tookMs),
  });
}
