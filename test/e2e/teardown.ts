/** Empties the buckets when all tests are over, so that `cdk destroy` can take them. */
import { Deployed, empty } from './deployed.ts';

export async function teardown(): Promise<void> {
  for (const { input, results } of [new Deployed('Words'), new Deployed('Hostile')]) {
    await empty(input);
    await empty(results);
  }
}
