/** What this process holds in memory, garbage not counted. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
setFlagsFromString('--no-flush-bytecode'); // which is thrown away after some collections: then less seems to be held than is
const collect = runInNewContext('gc') as () => void; // the flag makes it

/** Bytes of V8's heap and of the buffers beside it. */
export function heldBytes(): number {
  for (let times = 0; times < 2; times++) collect(); // what the first one finds dead, the second one takes away
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}
