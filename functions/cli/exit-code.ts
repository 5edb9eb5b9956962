import type { Manifest } from '../core/manifest.ts';
import type { FanfoldError } from '../errors.ts';
import { isUsage } from './usage.ts';

export const EXIT = { succeeded: 0, failed: 1, usage: 2, tolerated: 3, cancelled: 130 } as const;

export function exitCodeOf({ state, chunks, failures }: Manifest): number {
  if (state === 'cancelled') return EXIT.cancelled;
  if (state === 'failed') return EXIT.failed;
  return chunks.failed > 0 || failures.length > 0 ? EXIT.tolerated : EXIT.succeeded;
}

export function exitCodeOfError(error: FanfoldError): number {
  if (error.code === 'FANFOLD_CANCELLED') return EXIT.cancelled;
  return isUsage(error) ? EXIT.usage : EXIT.failed;
}
