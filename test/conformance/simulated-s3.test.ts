import { SimulatedDeployment } from '../../functions/adapters/simulated/deployment.ts';
import { World } from '../../functions/adapters/simulated/world.ts';
import { objectStoreConformance } from './object-store.conformance.ts';

objectStoreConformance('the store of AWS over a simulated S3', async () => {
  const world = new World({ seed: 1, startMs: 0, faults: {} });
  const few = {
    merciful: true,
    ticks: false,
    batchSize: 1,
    concurrencyMax: 2,
    firstPartBytes: 1_000,
    pageChunksMax: 100,
  };
  const deployment = new SimulatedDeployment(world, { jobs: [], ...few });
  const { store } = deployment.servicesFor(deployment.outsider('test'));
  const { s3 } = deployment.services;
  let open = true;
  const passing = (async () => {
    while (open) if (!(await world.timeline.step())) await new Promise(setImmediate);
  })();
  return {
    store,
    bucket: 'results',
    prefix: 'runs/r1/',
    inputBucket: 'elsewhere',
    inputPrefix: '',
    keepsNotes: true,
    upload: async (key, bytes) => void s3.upload('elsewhere', key, bytes),
    remove: async (key) => s3.bucket('elsewhere').delete(key),
    close: () => {
      open = false;
      return passing;
    },
  };
});
