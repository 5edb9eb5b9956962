/** One line on a terminal that says how far a run is; nothing where nobody watches. */
import { monotonicMs } from '../adapters/local/monotonic.ts';
import type { Progress } from '../adapters/local/progress.ts';
import { bytes, count, duration } from './units.ts';

const REDRAW_EVERY_MS = 100;
const BAR_WIDTH = 24;

export class ProgressBar {
  readonly #name: string;
  readonly #stream: NodeJS.WriteStream;
  #drawnAtMs = Number.NEGATIVE_INFINITY;

  constructor(name: string, stream: NodeJS.WriteStream) {
    this.#name = name;
    this.#stream = stream;
  }

  draw(progress: Progress): void {
    const nowMs = monotonicMs();
    if (!this.#stream.isTTY || nowMs - this.#drawnAtMs < REDRAW_EVERY_MS) return;
    this.#drawnAtMs = nowMs;
    const line = progressLine(this.#name, progress, this.#stream.columns ?? 80);
    this.#stream.write(`\r\x1b[2K${line}`);
  }

  clear(): void {
    if (this.#drawnAtMs !== Number.NEGATIVE_INFINITY) this.#stream.write('\r\x1b[2K');
    this.#drawnAtMs = Number.NEGATIVE_INFINITY;
  }
}

/** Less than `width` characters, so that the line never wraps: what is told last is left out first. */
export function progressLine(name: string, progress: Progress, width: number): string {
  const { phase, chunks, bytes: read, elapsedMs } = progress;
  if (phase === 'planning') return `${name}  planning…`.slice(0, width - 1);
  const share = read.total > 0 ? read.done / read.total : chunks.done / Math.max(1, chunks.total);
  const { before = 0 } = read;
  const since = read.total > 0 ? (read.done - before) / read.total : share;
  const left = since > 0 ? [`${duration((elapsedMs / since) * (1 - share))} left`] : [];
  const speed = read.done > before ? [`${bytes(((read.done - before) / Math.max(1, elapsedMs)) * 1000)}/s`] : [];
  const pieces = [
    `${name}  ${String(Math.floor(share * 100)).padStart(3)} %`,
    `${count(chunks.done)}/${count(chunks.total)} chunks`,
    ...(phase === 'combining' ? ['combining…'] : left),
    ...speed,
    bar(share),
    `${bytes(read.done)} of ${bytes(read.total)}`,
  ];
  let line = '';
  for (const piece of pieces) {
    const longer = line === '' ? piece : `${line}  ${piece}`;
    if (longer.length >= width) break;
    line = longer;
  }
  return line;
}

function bar(share: number): string {
  const filled = Math.floor(share * BAR_WIDTH);
  return '█'.repeat(filled) + '░'.repeat(BAR_WIDTH - filled);
}
