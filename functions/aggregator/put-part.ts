/** Result objects: each written once, and the same bytes whoever writes it. */
import { resultPrefix } from '../core/keys.ts';
import type { Plan } from '../core/plan.ts';
import { FanfoldError } from '../errors.ts';
import type { ObjectName } from '../ports/object-store.ts';
import type { Services } from '../ports/services.ts';
import { hasEnded } from '../protocol/end-run.ts';
import type { Counted } from './rows.ts';

/** Writes a part, or finds one that stands: then the same rows must have made it. Resolves to its stored size. */
export async function putPart(
  services: Services,
  plan: Plan,
  path: string,
  body: AsyncGenerator<Uint8Array>,
  counted: Counted,
): Promise<number> {
  const name = { bucket: services.results, key: resultPrefix(plan.job, plan.run) + path };
  // Without `return`, so that a store which finds early that the name is taken does not end it: the proof is at its end.
  const undying = { [Symbol.asyncIterator]: () => ({ next: () => body.next() }) };
  const written = await services.store.putIfAbsent(name, undying);
  if (written === 'created') return counted.bytes;
  while (!(await body.next()).done);
  await sameAsStored(services, name, path, counted.bytes);
  return counted.bytes;
}

/** What somebody else has published must be as long as what came out now. */
export async function sameAsStored(services: Services, name: ObjectName, path: string, bytes: number): Promise<void> {
  const stored = await services.store.head(name);
  if (stored?.size === bytes) return;
  throw new FanfoldError(
    'FANFOLD_NONDETERMINISTIC',
    `${path} was published with ${stored?.size} bytes and came out with ${bytes} now`,
    { fix: 'Make reduce, finish and output depend on their arguments only.', fatal: true },
  );
}

/**
 * To be asked before the last byte of a part, since a body that throws writes nothing. The manifest that stands is the
 * answer; this only keeps a part from standing beside it.
 */
export async function mustNotHaveEnded(services: Services, { job, run }: Plan): Promise<void> {
  if (!(await hasEnded(services, job, run))) return;
  throw new FanfoldError('FANFOLD_CANCELLED', 'The run had ended before its result was published', {
    fix: 'Look at its manifest.',
  });
}
