/** The pages of a sealed plan: which one holds a chunk, and what it says. */
import { planPageKey } from '../core/keys.ts';
import type { ChunkMessage } from '../core/messages.ts';
import type { Chunk, Plan, PlanTotals } from '../core/plan.ts';
import { coverOf, proofFailed, type Summary } from '../core/summary.ts';
import type { Services } from '../ports/services.ts';
import { readJson } from './documents.ts';

/** Where planning goes on: the next object of the input that is not in a chunk yet, and the next of its ranges. */
export interface Cursor {
  /** Which of the request's inputs. */
  readonly input: number;
  /** Of a prefix: the key before the next object's. */
  readonly after: string;
  /** The next object's position in the run's input order. */
  readonly object: number;
  readonly range: number;
  /** The next object and its version, once ranges of it are cut. */
  readonly cut?: { readonly key: string; readonly etag: string };
}

export interface PlanPage {
  readonly chunks: readonly Chunk[];
  /** All up to and with this page. */
  readonly totals: PlanTotals;
  /** Undefined on the last page. */
  readonly next?: Cursor;
}

export const readPage = (services: Services, run: string, firstChunk: number) =>
  readJson<PlanPage>(services, planPageKey(run, firstChunk));

/** The message of every chunk of a page, in order. */
export function messagesOf(plan: Plan, page: Pick<PlanPage, 'chunks'>): ChunkMessage[] {
  const { run, job, digest, params, geometry, partitions, totals, bisect, adopts, memoryLane } = plan;
  const { boundaries, by } = partitions;
  return page.chunks.map(({ chunk, segments }) => ({
    kind: 'chunk',
    run,
    job,
    digest,
    params,
    chunk,
    chunks: totals.chunks,
    groupSize: geometry.groupSize,
    segments,
    ...(boundaries.length === 0 ? {} : { boundaries }),
    ...(by === 'hash' ? { partitionedBy: by } : {}),
    ...(bisect ? { bisect } : {}),
    ...(adopts === undefined ? {} : { adopts }),
    ...(memoryLane ? { memoryLane: 'open' } : {}),
  }));
}

/** Some chunks of a plan, each as its message. */
export async function messagesFor(services: Services, plan: Plan, chunks: readonly number[]): Promise<ChunkMessage[]> {
  return messagesOf(plan, { chunks: await chunksFor(services, plan, chunks) });
}

/** Some chunks of a plan. Reads only the pages that hold them. */
export async function chunksFor(
  services: Services,
  plan: Pick<Plan, 'run' | 'pages'>,
  chunks: readonly number[],
): Promise<Chunk[]> {
  const byPage = Map.groupBy(chunks, (chunk) => plan.pages.findLast((first) => first <= chunk) ?? 0);
  const found: Chunk[] = [];
  for (const [first, wanted] of byPage) {
    const page = await readPage(services, plan.run, first);
    if (page === undefined) throw proofFailed(`the page of the plan from chunk ${first} on is gone`);
    const names = new Set(wanted);
    found.push(...page.chunks.filter(({ chunk }) => names.has(chunk)));
  }
  return found;
}

/** The input that chunks [first, end) cover. */
export async function coverOfChunks(
  services: Services,
  plan: Plan,
  first: number,
  end: number,
): Promise<Summary['cover']> {
  const [from, to] = await Promise.all([first, end - 1].map((chunk) => chunksFor(services, plan, [chunk])));
  return { from: coverOf(from?.[0]?.segments ?? []).from, to: coverOf(to?.[0]?.segments ?? []).to };
}
