import { setTimeout as pause } from 'node:timers/promises';
import { awsClients } from '../../../functions/adapters/aws/clients.ts';
import { deployedJobs } from '../../../functions/adapters/aws/deployed-jobs.ts';
import { awsServices } from '../../../functions/adapters/aws/services.ts';
import { clockConformance } from '../clock.conformance.ts';
import { stampIn } from '../stamp.ts';
import { openBucket } from './bucket.ts';
import { target } from './target.ts';

clockConformance(`the clock of a function, beside S3 on ${target.name},`, async () => {
  const clients = awsClients();
  const { bucket, prefix, close } = await openBucket(clients.s3);
  const { clock, store } = awsServices(deployedJobs([]), { FANFOLD_RESULTS: bucket }, clients);
  return { clock, pass: pause, stamp: () => stampIn(store, { bucket, key: `${prefix}stamp` }), close };
});
