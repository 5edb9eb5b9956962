import { type CheckReport, checkJob } from '../../functions/check/check-job.ts';
import type { Job } from '../../functions/job.ts';

export interface Tried {
  /** Each call makes the job and all that it keeps, as a process of its own does. */
  readonly make: () => Job;
  readonly texts: { readonly [key: string]: string | Uint8Array };
  readonly params?: { readonly [name: string]: string };
  readonly seed?: number;
  readonly runs?: number;
}

export function tryJob({ make, texts, params = {}, seed = 1, runs = 16 }: Tried): Promise<CheckReport> {
  const sources = Object.entries(texts).map(([key, text]) => ({
    key,
    async *read() {
      yield Buffer.from(text as string);
    },
  }));
  return checkJob({ load: async () => make(), sources, params, seed, runs });
}
