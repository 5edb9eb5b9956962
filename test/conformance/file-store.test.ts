import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FileStore, INPUT_BUCKET, RESULTS_BUCKET } from '../../functions/adapters/local/file-store.ts';
import { objectStoreConformance } from './object-store.conformance.ts';

for (const prefix of ['runs/r1/', 'watch/', 'job/r1/']) {
  objectStoreConformance(`the file store, under ${prefix}`, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'fanfold-conformance-'));
    const base = join(folder, 'in');
    const store = new FileStore({ base, directory: join(folder, 'out'), job: 'job', run: 'r1' });
    mkdirSync(base);
    return {
      store,
      bucket: RESULTS_BUCKET,
      prefix,
      inputBucket: INPUT_BUCKET,
      inputPrefix: '',
      keepsNotes: false,
      upload: async (key, bytes) => {
        const before = await store.head({ bucket: INPUT_BUCKET, key });
        // the clock of the file system ticks slowly: a write that it cannot tell from the last is no later version
        do writeFileSync(join(base, key), bytes);
        while ((await store.head({ bucket: INPUT_BUCKET, key }))?.etag === before?.etag);
      },
      remove: async (key) => rmSync(join(base, key)),
      close: async () => rmSync(folder, { recursive: true }),
    };
  });
}
