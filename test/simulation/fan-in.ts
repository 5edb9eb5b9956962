/** What merging costs in requests, beside the least that it can: each partial is read once, those of the top group once for each part. */
import { REQUEST_KINDS } from './request-counts.ts';
import type { ScaleReport } from './scaled-run.ts';

export interface FanIn {
  /** Reads of partials, and all other requests, for each partial and partition that must be read. */
  readonly reads: number;
  readonly others: number;
}

export function fanInOf({ requests, levels }: ScaleReport, parts: number): FanIn {
  const top = levels.at(-1) ?? 0;
  const least = levels.reduce((sum, size) => sum + size, 0) - top + top * parts;
  const all = REQUEST_KINDS.reduce((sum, kind) => sum + requests.of('aggregator', kind), 0);
  return { reads: requests.partialsRead / least, others: (all - requests.partialsRead) / least };
}
