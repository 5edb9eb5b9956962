/** What the Invoker port promises. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { NodeRequest } from '../../functions/core/messages.ts';
import type { Invoker } from '../../functions/ports/invoker.ts';
import type { Told } from './invoked-function.ts';
import { type Broken, collectUntil, promises } from './promises.ts';

/** An invoker, and the function that it starts: `invokedFunction`, whatever it runs on. */
export interface InvokerUnderTest {
  readonly invoker: Invoker<NodeRequest>;
  /** What the function has told since it was last asked. */
  told(): Promise<readonly Told[]>;
  /** Lets one invocation of the job `waits` go on. */
  release(): Promise<void>;
  /** How long the function may tell nothing before what is waited for is lost. */
  readonly patienceMs: number;
  close(): Promise<void>;
}

const MANY = 16;

export function invokerConformance(name: string, open: () => Promise<InvokerUnderTest>, broken: Broken = []): void {
  describe(`${name} keeps the promises of an Invoker`, () => {
    const promise = promises(broken);
    let at: InvokerUnderTest;
    beforeAll(async () => {
      at = await open();
    });
    afterAll(() => at?.close());

    /** What the function tells of a run, until it is enough. */
    async function toldOf(run: string, enough: (told: readonly Told[]) => boolean): Promise<readonly Told[]> {
      const told: Told[] = [];
      await collectUntil(
        () => enough(told),
        () => at.told(),
        async (one) => void (one.request.run === run && told.push(one)),
        at.patienceMs,
      );
      return told;
    }

    const node = (run: string, job: string, index = 0): NodeRequest => ({ kind: 'node', run, job, level: 1, index });
    const ended = (told: readonly Told[]) => told.filter(({ phase }) => phase === 'ended');

    promise('the function gets the request as it was given', async () => {
      const run = 'as given: <&>"\\ \u0000\u001f\u2028 é ｚ 😀 \ufffe\uffff';
      const request: NodeRequest = { kind: 'publish', run, job: 'works' };
      await at.invoker.invoke(request);
      const [told] = await toldOf(run, (all) => all.length > 0);
      expect(told?.request).toEqual(request);
    });

    promise('it is not waited for', async () => {
      await at.invoker.invoke(node('not-waited-for', 'waits'));
      await at.release(); // which the function waits for: whoever waits for the function never comes here
      expect(await toldOf('not-waited-for', (all) => ended(all).length > 0)).not.toEqual([]);
    });

    promise('of many requests at the same time, each is carried out', async () => {
      const numbers = Array.from({ length: MANY }, (_, i) => i);
      await Promise.all(numbers.map((i) => at.invoker.invoke(node('many', 'works', i))));
      const indexes = (all: readonly Told[]) =>
        new Set(ended(all).map(({ request }) => ('index' in request ? request.index : undefined)));
      const told = await toldOf('many', (all) => indexes(all).size >= MANY);
      expect([...indexes(told)].sort((a, b) => Number(a) - Number(b))).toEqual(numbers);
    });

    promise('a function that throws is run again', async () => {
      await at.invoker.invoke(node('throws', 'throws'));
      const told = await toldOf('throws', (all) => all.length >= 2);
      expect(told.every(({ phase }) => phase === 'began')).toBe(true);
    });
  });
}

/** Of a function that can be missing: of one that is. */
export function missingFunctionConformance(name: string, open: () => Promise<Invoker<NodeRequest>>): void {
  test(`${name}, where there is no function, starts nothing`, async () => {
    const invoker = await open();
    await expect(invoker.invoke({ kind: 'publish', run: 'nowhere', job: 'works' })).rejects.toThrow();
  });
}
