/** Figures of the benchmark as tables, on the screen and in docs/performance.md. */
import { readFileSync } from 'node:fs';
import { availableParallelism, cpus, release, totalmem } from 'node:os';
import { join } from 'node:path';
import { writeFigures } from './pages.ts';

export interface Run {
  readonly wallSeconds: number;
  readonly cpuSeconds: number;
  readonly peakBytes: number;
}

export interface Figures {
  readonly name: string;
  readonly runs: Run[];
  /** Of the result's bytes. */
  digest: string | undefined;
  /** Why there are no figures. */
  failed: string | undefined;
}

export interface Measured {
  readonly mib: number;
  readonly contest: string;
  readonly results: readonly Figures[];
}

/** Wall time as a ratio to ours, then the figures as min / median / max. An answer that differs from the first is marked. */
export function tableOf(results: readonly Figures[]): string {
  const base = median(results[0], 'wallSeconds');
  const answer = results.find(({ digest }) => digest !== undefined)?.digest;
  const rows = results.map((figures) => {
    if (figures.failed !== undefined) return `| ${figures.name} | – | ${figures.failed} | | | |`;
    const ratio = median(figures, 'wallSeconds') / base;
    const peak = Math.round(median(figures, 'peakBytes') / 1e6);
    const told = figures.digest === answer ? 'same' : '**differs**';
    return `| ${figures.name} | ${Number.isNaN(ratio) ? '–' : ratio.toFixed(2)} | ${spread(figures, 'wallSeconds')} | ${spread(figures, 'cpuSeconds')} | ${peak} | ${told} |`;
  });
  return [
    '| | wall, ours = 1 | wall, s | processor, s | peak, MB | answer |',
    '| --- | --- | --- | --- | --- | --- |',
    ...rows,
  ].join('\n');
}

function sorted(figures: Figures | undefined, key: keyof Run): number[] {
  return (figures?.runs ?? []).map((run) => run[key]).sort((a, b) => a - b);
}

function median(figures: Figures | undefined, key: keyof Run): number {
  const values = sorted(figures, key);
  const middle = values.length >> 1;
  const [low = Number.NaN, high = low] =
    values.length % 2 === 1 ? [values[middle]] : values.slice(middle - 1, middle + 1);
  return (low + high) / 2;
}

function spread(figures: Figures, key: keyof Run): string {
  const values = sorted(figures, key);
  return [values[0] ?? Number.NaN, median(figures, key), values.at(-1) ?? Number.NaN]
    .map((n) => n.toFixed(2))
    .join(' / ');
}

/** Replaces the figures of the comparison. */
export function writePerformance(
  measured: readonly Measured[],
  missing: readonly { readonly name: string; readonly why: string }[],
): void {
  const sections = measured.map(({ mib, contest, results }) => `### ${contest}, ${mib} MiB\n\n${tableOf(results)}`);
  const absent = missing.map(({ name, why }) => `Missing: ${name} (${why}).`);
  writeFigures('performance.md', 'what is measured', [machine(), ...absent, ...sections].join('\n\n'));
}

function machine(): string {
  const requirements = readFileSync(join(import.meta.dirname, 'peers', 'requirements.txt'), 'utf8')
    .trim()
    .split('\n');
  const [cpu] = cpus();
  const memory = Math.round(totalmem() / 2 ** 30);
  return `${availableParallelism()} cores (${cpu?.model.trim()}), ${memory} GiB, Linux ${release()}, Node ${process.versions.node}; ${requirements.join(', ')}.`;
}
