import { MemoryStore } from '../../functions/adapters/simulated/memory-store.ts';
import { objectStoreConformance } from './object-store.conformance.ts';

objectStoreConformance('the memory store', async () => {
  const store = new MemoryStore();
  return {
    store,
    bucket: 'results',
    prefix: 'runs/r1/',
    inputBucket: 'input',
    inputPrefix: '',
    keepsNotes: true,
    upload: async (key, bytes) => store.upload({ bucket: 'input', key }, bytes),
    remove: async (key) => store.remove({ bucket: 'input', key }),
    close: async () => {},
  };
});
