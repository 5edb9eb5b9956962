/** `fanfold check`: tries to refute what a run takes for granted about its job. What it cannot refute may still be wrong. */
import type { Job } from '../job.ts';
import { type ParamRecord, resolveParams } from '../params.ts';
import type { Finding } from './finding.ts';
import { valuesByKey } from './key-values.ts';
import { probeCombine } from './probe-combine.ts';
import { probeCuts } from './probe-cuts.ts';
import { probeGrouping } from './probe-grouping.ts';
import { probeMap } from './probe-map.ts';
import { probeResult } from './probe-result.ts';
import { type Source, takeSample } from './sample.ts';
import type { Trial } from './trial.ts';
import { ONE_PIECE, runPieces, type WholeRun } from './whole-run.ts';

export interface CheckOptions {
  /** The job as a process has it that has just begun: what it keeps between calls must be another each time. */
  readonly load: () => Promise<Job>;
  readonly sources: readonly Source[];
  /** As text, as a command line gives them. */
  readonly params: { readonly [name: string]: string };
  /** Decides cuts, orders and groupings. */
  readonly seed: number;
  /** Whole runs that are compared. */
  readonly runs: number;
}

export interface CheckReport {
  readonly job: string;
  readonly sample: { readonly objects: number; readonly bytes: number; readonly records: number };
  /** Objects were left out, or not read to their end. */
  readonly shortened: boolean;
  readonly seed: number;
  readonly runs: number;
  /** What is wrong. */
  readonly refuted: readonly Finding[];
  /** What may be wrong, and did not show in a result. */
  readonly notes: readonly Finding[];
}

/**
 * @throws FANFOLD_PARAM_INVALID for parameters that the job does not take, FANFOLD_INPUT_UNMATCHED for objects that
 * belong to none of its inputs, and what reading the sample throws
 */
export async function checkJob({ load, sources, params, seed, runs }: CheckOptions): Promise<CheckReport> {
  const job = await load();
  const resolved: ParamRecord = Object.freeze({ ...resolveParams(job.params, params) });
  const { objects, shortened } = await takeSample(sources, job.input);
  const trial: Trial = { load, objects, params: resolved, seed };
  const once = await runPieces(trial, objects, ONE_PIECE);
  const { refuted, notes, records } = await probe(trial, job, once, runs);
  const bytes = objects.reduce((sum, object) => sum + object.bytes.length, 0);
  return {
    job: job.name,
    sample: { objects: objects.length, bytes, records },
    shortened,
    seed,
    runs,
    refuted,
    notes,
  };
}

/** Function by function first, since that tells what is wrong; then whole runs, for what only they can show. */
async function probe(trial: Trial, job: Job, once: WholeRun, runs: number) {
  const map = await probeMap(trial);
  const refuted = [...map.findings];
  const notes: Finding[] = [];
  const usable = !refuted.some(({ kind }) => STOPS.includes(kind));
  if (job.shape === 'keyed' && usable) {
    const keys = valuesByKey(map);
    const calls = await probeCombine(trial, keys);
    if (calls === undefined) {
      const result = await probeResult(trial, keys);
      const grouping = await probeGrouping(trial, keys, result === undefined);
      refuted.push(...[result, grouping.refuted].filter((finding) => finding !== undefined));
      if (grouping.note !== undefined) notes.push(grouping.note);
    } else {
      refuted.push(calls);
    }
  }
  // Also what the job tolerates: with other chunks another part of the input would be lacking.
  const whole = once.manifest.state === 'succeeded' && once.manifest.chunks.failed === 0;
  if (refuted.length === 0 && !whole) refuted.push(failed(once));
  const cuts = refuted.length === 0 ? await probeCuts(trial, once, runs) : {};
  if (cuts.refuted !== undefined) refuted.push(cuts.refuted);
  if (cuts.note !== undefined && notes.length === 0) notes.push(cuts.note);
  return { refuted, notes, records: map.records.length };
}

/** After these, the values of `map` say nothing about the rest. */
const STOPS: readonly Finding['kind'][] = ['async', 'unstorable', 'fails', 'mutation', 'unrepeatable'];

function failed({ manifest }: WholeRun): Finding {
  const { code, message, fix } = manifest.reason ?? manifest.failures[0] ?? { code: '', message: '', fix: '' };
  return {
    kind: 'fails',
    where: 'job',
    what: 'The job fails on this sample, even in one piece',
    example: [`${code}: ${message}`],
    fix,
  };
}
