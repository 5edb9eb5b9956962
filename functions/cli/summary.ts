/** What a run came to, for people. */
import { relative } from 'node:path';
import type { Manifest } from '../core/manifest.ts';
import { waysOn } from './again.ts';
import { bytes, count, counted, duration } from './units.ts';

/** Of a run with a result: a line for each thing one asks first. */
export function summaryOf(manifest: Manifest, directory: string): string {
  const { job, inputs, chunks, records, results, resumed, adopted } = manifest;
  // While a run lay dead nobody worked on it.
  const tookMs = Date.parse(manifest.endedAt) - Date.parse(resumed?.at ?? manifest.startedAt);
  const took = `${duration(tookMs)}${resumed === undefined ? '' : ' since it was resumed'}`;
  const rows = results.reduce((sum, result) => sum + result.rows, 0);
  const resultBytes = results.reduce((sum, result) => sum + result.bytes, 0);
  // Not all of it was read in that time where another run, or another process, had done some.
  const speed = (resumed ?? adopted) ? '' : `, ${bytes((inputs.bytes / Math.max(1, tookMs)) * 1000)}/s`;
  const failed = chunks.failed > 0 ? `, ${count(chunks.failed)} failed and tolerated: see manifest.json` : '';
  const lines = [
    `${job}: ${counted(rows, 'row')} from ${counted(records.read, 'record')} in ${took}`,
    `  read    ${counted(inputs.objects, 'object')}, ${bytes(inputs.bytes)}${speed}`,
    `  chunks  ${count(chunks.succeeded)} of ${count(chunks.total)}${before(manifest)}${failed}`,
  ];
  if (records.rejected > 0) {
    const { path, recordBytes } = manifest.rejects ?? { path: '', recordBytes: 0 };
    lines.push(`  bad     ${counted(records.rejected, 'record')}, ${bytes(recordBytes)}, set aside: ${path}`);
  }
  lines.push(...leftOut(manifest));
  const names = results.map(({ path }) => path);
  const parts = names.length > 2 ? `${names[0]} … ${names.at(-1)}` : names.join(', ');
  lines.push(`  result  ${shortest(directory)}/${parts} (${bytes(resultBytes)})`);
  return `${lines.join('\n')}\n`;
}

const LEFT_OUT_TOLD_MAX = 3;
const PREVIEW_CHARACTERS = 40;

/** Records without which the result is another one. */
function leftOut({ failures }: Manifest): string[] {
  const records = failures.filter(({ record }) => record !== undefined);
  const told = records.slice(0, LEFT_OUT_TOLD_MAX).map(({ source, offset, code, record }) => {
    const preview = JSON.stringify(record?.preview.slice(0, PREVIEW_CHARACTERS));
    return `  without ${source} at byte ${offset}, ${preview}: ${code}`;
  });
  const more =
    records.length > told.length ? [`  without ${count(records.length - told.length)} more: see manifest.json`] : [];
  return [...told, ...more];
}

/** Chunks that this run, or this process of it, had not to do. */
function before({ digest, resumed, adopted = [] }: Manifest): string {
  const taken = adopted.reduce((sum, { chunks }) => sum + chunks, 0);
  const otherwise = adopted.filter((some) => some.digest !== digest).reduce((sum, { chunks }) => sum + chunks, 0);
  const whose = otherwise === 0 ? '' : `, ${count(otherwise)} of them made by other code`;
  const told = [
    ...(resumed === undefined ? [] : [`${count(resumed.chunks)} done before it was resumed`]),
    ...(taken === 0 ? [] : [`${count(taken)} adopted${whose}`]),
  ];
  return told.length === 0 ? '' : ` (${told.join(', ')})`;
}

/**
 * Of a run without a result: what happened, where, and what to do.
 *
 * @param stack where it was, unless here
 */
export function failureOf(manifest: Manifest, directory: string, stack?: string): string {
  const { run, job, state, reason, chunks, rejects } = manifest;
  const known = `${count(chunks.succeeded)} of ${counted(chunks.total, 'chunk')} had succeeded`;
  const lines = [`fanfold: ${job} ${state === 'cancelled' ? 'was cancelled' : 'failed'}; ${known}`];
  if (reason !== undefined && state !== 'cancelled') {
    lines.push(`  what   ${reason.code}: ${reason.message}`, `  to do  ${reason.fix}`);
  }
  if (rejects !== undefined) lines.push(`  bad    ${shortest(directory)}/${rejects.path} tells the first of them`);
  lines.push(`  more   ${shortest(directory)}/manifest.json`);
  const redriven = stack === undefined ? quoted(shortest(directory)) : `${run} --stack ${stack}`;
  for (const [i, way] of waysOn(manifest, redriven).entries()) lines.push(`  ${i === 0 ? 'again' : '     '}  ${way}`);
  return `${lines.join('\n')}\n`;
}

/** As a shell takes it for one word. */
const quoted = (path: string) => (/^[\w./@:+,-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`);

/** Relative to here, unless that leads out of here; a URI as it is. */
function shortest(path: string): string {
  if (path.includes('://')) return path;
  const short = relative(process.cwd(), path);
  return short === '' ? '.' : short.startsWith('..') ? path : short;
}
