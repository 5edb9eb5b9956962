import { objectStoreConformance } from './object-store.conformance.ts';
import { deployed } from './simulated.ts';

objectStoreConformance('the store of AWS over a simulated S3', async () => {
  const { world, deployment, process } = deployed(0);
  const { store } = deployment.servicesFor(process);
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
