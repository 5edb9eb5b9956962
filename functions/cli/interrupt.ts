/** Ctrl-C: the first asks, the second quits. */
import { quit } from './guard.ts';

/** A terminal tells every process of its group, and `bin/fanfold.js` passes on what it got: two signals, one Ctrl-C. */
const SAME_PRESS_MS = 200;

/** Calls `ask` at the first interrupt; the second ends the process with 130. Returns how to stop listening. */
export function onInterrupt(ask: () => void): () => void {
  let askedAtMs: number | undefined;
  const hear = () => {
    const nowMs = performance.now();
    if (askedAtMs === undefined) {
      askedAtMs = nowMs;
      ask();
    } else if (nowMs - askedAtMs > SAME_PRESS_MS) {
      quit(130);
    }
  };
  process.on('SIGINT', hear);
  process.on('SIGTERM', hear);
  return () => {
    process.off('SIGINT', hear);
    process.off('SIGTERM', hear);
  };
}
