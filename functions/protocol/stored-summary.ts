/** What a stored partial says about itself, from its last bytes: partials may be large, their summaries are not. */
import { SUMMARY_TAIL_BYTES, summaryOfTail } from '../core/partial.ts';
import type { Summary } from '../core/summary.ts';
import type { Services } from '../ports/services.ts';

/** Undefined where there is none, or none that can be read. */
export async function storedSummary(services: Services, key: string): Promise<Summary | undefined> {
  const name = { bucket: services.results, key };
  const head = await services.store.head(name);
  if (head === undefined) return undefined;
  const { size, etag } = head;
  const tail = async (bytes: number) => {
    const blocks = await Array.fromAsync(services.store.read({ ...name, etag }, Math.max(0, size - bytes), size));
    return summaryOfTail(Buffer.concat(blocks));
  };
  const found = await tail(SUMMARY_TAIL_BYTES);
  if (found === undefined || 'run' in found) return found;
  const again = found.needsBytes <= size ? await tail(found.needsBytes) : undefined;
  return again !== undefined && 'run' in again ? again : undefined;
}
