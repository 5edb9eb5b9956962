/** What the Queue port promises, to its sender and to whoever takes from its other end. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ChunkMessage } from '../../functions/core/messages.ts';
import { MESSAGE_BYTES_MAX, RECEIVES_MAX } from '../../functions/limits.ts';
import type { Queue } from '../../functions/ports/queue.ts';
import { type Broken, collectUntil, promises } from './promises.ts';

export interface Taken {
  readonly message: unknown;
  /** How often it was taken, this time included. */
  readonly receives: number;
  /** It never comes again, once this has resolved. */
  done(): Promise<void>;
  /** What becomes of it when whoever took it fails or dies. */
  fail(): Promise<void>;
}

/** A queue, and the machinery at its other end. */
export interface QueueUnderTest {
  readonly queue: Queue<ChunkMessage>;
  /** Some of what waits; none if nothing does. */
  take(): Promise<readonly Taken[]>;
  /** The dead letters that have come since it was last asked. */
  dead(): Promise<readonly unknown[]>;
  /** How long nothing may come before what is waited for is lost. */
  readonly patienceMs: number;
  close(): Promise<void>;
}

const MANY = 200;

/** Texts that travel badly: through XML, through JSON, through UTF-16. */
const HARD_TEXTS = [
  'plain',
  '<&>"\'\\ ]]> %00',
  '\u0000\u0001\b\t\n\r\u001f\u007f\u0085\u2028',
  'é ｚ 😀 \u{10ffff}',
  '\ufffd\ufffe\uffff',
  '\ud800 alone \udfff',
];

export function queueConformance(name: string, open: () => Promise<QueueUnderTest>, broken: Broken = []): void {
  describe(`${name} keeps the promises of a Queue`, () => {
    const promise = promises(broken);
    let at: QueueUnderTest;
    beforeAll(async () => {
      at = await open();
    });
    afterAll(() => at?.close());

    /** Takes until it is enough; what other tests left over, or a second delivery, is done with. */
    const takeUntil = (run: string, enough: () => boolean | Promise<boolean>, each: (taken: Taken) => Promise<void>) =>
      collectUntil(
        enough,
        () => at.take(),
        (taken) => (runOf(taken.message) === run ? each(taken) : taken.done()),
        at.patienceMs,
      );

    /** Those that arrive, each once, in the order of their chunks. */
    async function arrivals(run: string, count: number): Promise<unknown[]> {
      const byChunk = new Map<number, unknown>();
      await takeUntil(
        run,
        () => byChunk.size >= count,
        async ({ message, done }) => {
          byChunk.set(chunkOf(message), message);
          await done();
        },
      );
      return [...byChunk].sort(([a], [b]) => a - b).map(([, message]) => message);
    }

    promise('what was sent arrives as it was sent', async () => {
      const messages = HARD_TEXTS.map((text, i) => chunkMessage('as-sent', i, text));
      await at.queue.send(messages);
      expect(await arrivals('as-sent', messages.length)).toEqual(messages);
    });

    promise('nothing to send is nothing to do', async () => {
      await at.queue.send([]);
      await at.queue.send([chunkMessage('nothing', 0, 'behind it')]);
      expect(await arrivals('nothing', 1)).toHaveLength(1);
    });

    promise('of many messages, sent by several at the same time, none is lost', async () => {
      const messages = Array.from({ length: MANY }, (_, i) => chunkMessage('many', i, `key ${i}`));
      const share = MANY / 4;
      await Promise.all([0, 1, 2, 3].map((i) => at.queue.send(messages.slice(i * share, (i + 1) * share))));
      expect(await arrivals('many', MANY)).toEqual(messages);
    });

    promise('the longest messages that a plan makes arrive, however many at once', async () => {
      const messages = Array.from({ length: 12 }, (_, i) => {
        const empty = chunkMessage('long', i, '');
        return chunkMessage('long', i, 'x'.repeat(MESSAGE_BYTES_MAX - JSON.stringify(empty).length));
      });
      await at.queue.send(messages);
      expect(await arrivals('long', messages.length)).toEqual(messages);
    });

    promise('what fails comes again, is counted, and keeps nothing else back', async () => {
      await at.queue.send([0, 1, 2].map((i) => chunkMessage('again', i, 'key')));
      const receives: number[] = [];
      const done = new Set<number>();
      await takeUntil(
        'again',
        () => done.size === 3,
        async (taken) => {
          const chunk = chunkOf(taken.message);
          if (chunk === 1) receives.push(taken.receives);
          if (chunk === 1 && taken.receives < 3) return taken.fail();
          done.add(chunk);
          await taken.done();
        },
      );
      expect(receives.length).toBeGreaterThanOrEqual(3);
      expect(receives).toEqual([...receives].sort((a, b) => a - b));
      expect(new Set(receives).size).toBe(receives.length); // each time is another number
    });

    promise('what is done does not come again as what failed does', async () => {
      await at.queue.send([chunkMessage('done', 0, 'key')]);
      await arrivals('done', 1);
      await at.queue.send([chunkMessage('done', 1, 'fails twice')]);
      const seen: number[] = [];
      await takeUntil(
        'done',
        () => seen.filter((chunk) => chunk === 1).length === 3,
        async (taken) => {
          seen.push(chunkOf(taken.message));
          await (taken.receives < 3 ? taken.fail() : taken.done());
        },
      );
      expect(seen).toEqual([1, 1, 1]);
    });

    promise(`what was taken ${RECEIVES_MAX} times is a dead letter, as it was sent`, async () => {
      const messages = [chunkMessage('dead', 0, HARD_TEXTS.join('')), chunkMessage('dead', 1, 'good')];
      await at.queue.send(messages);
      const dead: unknown[] = [];
      let most = 0;
      const isDead = async () => {
        for (const message of await at.dead()) if (runOf(message) === 'dead') dead.push(message);
        return dead.length > 0;
      };
      await takeUntil('dead', isDead, async (taken) => {
        if (chunkOf(taken.message) === 1) return taken.done();
        most = Math.max(most, taken.receives);
        await taken.fail();
      });
      expect(dead).toEqual([messages[0]]);
      expect(most).toBe(RECEIVES_MAX);
    });
  });
}

/** A queue that can be missing: one that is. */
export function missingQueueConformance(name: string, open: () => Promise<Queue<ChunkMessage>>): void {
  test(`${name}, where there is none, accepts nothing`, async () => {
    const queue = await open();
    await expect(queue.send([chunkMessage('nowhere', 0, 'key')])).rejects.toThrow();
  });
}

function chunkMessage(run: string, chunk: number, key: string): ChunkMessage {
  const segment = { object: 0, bucket: 'input', key, etag: '"tag"', size: 1, start: 0, end: 1 };
  return {
    kind: 'chunk',
    run,
    job: 'job',
    digest: 'digest',
    params: { top: 3 },
    chunk,
    chunks: MANY,
    groupSize: 64,
    segments: [segment],
  };
}

const runOf = (message: unknown) =>
  typeof message === 'object' && message !== null && 'run' in message ? message.run : undefined;

const chunkOf = (message: unknown) =>
  typeof message === 'object' && message !== null && 'chunk' in message ? Number(message.chunk) : Number.NaN;
