/** What the ObjectStore port promises. Every adapter's test is three lines that call this. */

import { crc32 } from 'node:zlib';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import type { JoinPart } from '../../functions/core/join-pieces.ts';
import { FanfoldError } from '../../functions/errors.ts';
import type { ObjectStore } from '../../functions/ports/object-store.ts';
import { type Broken, promises } from './promises.ts';

/** A store, and the hands of somebody outside of it. */
export interface StoreUnderTest {
  readonly store: ObjectStore;
  /** Where the pipeline writes; every key that the suite makes starts with `prefix`, which nothing else uses. */
  readonly bucket: string;
  readonly prefix: string;
  /** Where users put inputs, and what their keys begin with. May be the same bucket. */
  readonly inputBucket: string;
  readonly inputPrefix: string;
  /** Whether notes are kept: the port leaves it open. */
  readonly keepsNotes: boolean;
  /** Writes an input as a user does: it may overwrite. */
  upload(key: string, bytes: Uint8Array): Promise<void>;
  remove(key: string): Promise<void>;
  close(): Promise<void>;
}

const RACERS = 50;
const PAGE_KEYS = 1_000;

export function objectStoreConformance(name: string, open: () => Promise<StoreUnderTest>, broken: Broken = []): void {
  describe(`${name} keeps the promises of an ObjectStore`, () => {
    const promise = promises(broken);
    let at: StoreUnderTest;
    beforeAll(async () => {
      at = await open();
    });
    afterAll(() => at?.close());
    const named = (key: string) => ({ bucket: at.bucket, key: at.prefix + key });
    const put = (key: string, body: Uint8Array | AsyncIterable<Uint8Array>) => at.store.putIfAbsent(named(key), body);
    const list = async (prefix: string, after?: string) => {
      const page = await at.store.list(at.bucket, at.prefix + prefix, after === undefined ? after : at.prefix + after);
      return { keys: page.objects.map(({ key }) => key.slice(at.prefix.length)), more: page.more };
    };
    const stored = async (key: string) => {
      const stream = await at.store.open(named(key));
      return stream === undefined ? undefined : collect(stream);
    };
    const input = (key: string) => ({ bucket: at.inputBucket, key: at.inputPrefix + key });
    const pinned = async (key: string, bytes: Uint8Array) => {
      await at.upload(key, bytes);
      return { ...input(key), etag: (await at.store.head(input(key)))?.etag ?? '' };
    };

    promise('what nobody wrote is not there', async () => {
      expect(await at.store.head(named('nothing'))).toBeUndefined();
      expect(await at.store.open(named('nothing'))).toBeUndefined();
      expect(await list('nothing')).toEqual({ keys: [], more: false });
    });

    promise('a note is kept beside the bytes, where notes are kept', async () => {
      const nine = patterned(9, 9);
      for (const [key, body] of [['note/whole', nine] as const, ['note/stream', streamed(nine, 4)] as const]) {
        expect(await at.store.putIfAbsent(named(key), body, { tookMs: 1234 })).toBe('created');
        expect(await stored(key)).toEqual(nine);
        expect((await at.store.head(named(key)))?.note).toEqual(at.keepsNotes ? { tookMs: 1234 } : undefined);
      }
      await put('note/none', patterned(1, 1));
      expect((await at.store.head(named('note/none')))?.note).toBeUndefined();
    });

    promise('an acknowledged write is seen at once by head, open and list', async () => {
      for (let i = 0; i < 20; i++) {
        const bytes = patterned(i, i);
        expect(await put(`fresh/${i}`, bytes)).toBe('created');
        expect((await at.store.head(named(`fresh/${i}`)))?.size).toBe(i);
        expect(await stored(`fresh/${i}`)).toEqual(bytes);
        expect((await list('fresh/')).keys).toContain(`fresh/${i}`);
      }
    });

    promise('the first write stands, the others are told', async () => {
      expect(await put('once', text('first'))).toBe('created');
      const before = await at.store.head(named('once'));
      expect(await put('once', text('second'))).toBe('exists');
      expect(await put('once', text('first'))).toBe('exists');
      expect(await stored('once')).toEqual(text('first'));
      expect(await at.store.head(named('once'))).toEqual(before);
    });

    promise(`of ${RACERS} racers exactly one wins, and its bytes stand whole`, async () => {
      const bodies = Array.from({ length: RACERS }, (_, i) => patterned(100_000 + i, i));
      const outcomes = await Promise.all(
        bodies.map((body, i) => put('race', i % 2 === 0 ? body : streamed(body, 7_001))),
      );
      expect(outcomes.filter((outcome) => outcome === 'created')).toHaveLength(1);
      expect(await stored('race')).toEqual(bodies[outcomes.indexOf('created')]);
    });

    promise('racers without a body race too', async () => {
      const outcomes = await Promise.all(Array.from({ length: RACERS }, () => put('empty-race', new Uint8Array())));
      expect(outcomes.filter((outcome) => outcome === 'created')).toHaveLength(1);
    });

    promise('a streamed body is stored as it is, whatever its blocks', async () => {
      const body = patterned(12 * 1024 * 1024 + 17, 3);
      expect(await put('streamed', streamed(body, 999_983))).toBe('created');
      const back = await stored('streamed');
      expect(back !== undefined && Buffer.compare(back, body) === 0).toBe(true);
      expect(await put('streamed-empty', streamed(new Uint8Array(), 1))).toBe('created');
      expect(await stored('streamed-empty')).toEqual(new Uint8Array());
    });

    promise('a body that throws writes nothing, and leaves the name free', async () => {
      for (const blocks of [0, 1, 100]) {
        const key = `broken/${blocks}`;
        await expect(put(key, failing(blocks))).rejects.toThrow('the body broke');
        expect(await at.store.head(named(key))).toBeUndefined();
        expect((await list('broken/')).keys).not.toContain(key);
        expect(await put(key, text('whole'))).toBe('created');
      }
    });

    promise('a copy is the same bytes under a second name, made once', async () => {
      for (const bytes of [patterned(100, 4), patterned(12 * 1024 * 1024 + 5, 6)]) {
        const [from, to] = [named(`copy/${bytes.length}`), named(`copy/${bytes.length}-to`)];
        await at.store.putIfAbsent(from, bytes);
        const stands = { ...from, size: bytes.length, etag: (await at.store.head(from))?.etag ?? '' };
        const copy = () => at.store.copyIfAbsent(stands, to, { tookMs: 7 });
        const outcomes = await Promise.all(Array.from({ length: 5 }, copy));
        expect(outcomes.filter((outcome) => outcome === 'created')).toHaveLength(1);
        expect(await copy()).toBe('exists');
        const back = await stored(`copy/${bytes.length}-to`);
        expect(back !== undefined && Buffer.compare(back, bytes) === 0).toBe(true);
        if (at.keepsNotes) expect((await at.store.head(to))?.note).toEqual({ tookMs: 7 });
      }
    });

    promise('a copy is of the version that is meant, or an error', async () => {
      for (const bytes of [patterned(100, 4), patterned(12 * 1024 * 1024 + 5, 6)]) {
        const from = named(`copied/${bytes.length}`);
        await at.store.putIfAbsent(from, bytes);
        const stands = { ...from, size: bytes.length, etag: (await at.store.head(from))?.etag ?? '' };
        const wrong = named('copy/never');
        const changed = at.store.copyIfAbsent({ ...stands, etag: '"other"' }, wrong);
        expect(await codeOf(changed)).toEqual(['FANFOLD_INPUT_CHANGED', 'never', true]);
        const gone = at.store.copyIfAbsent({ ...stands, ...named('copy/nothing') }, wrong);
        expect(await codeOf(gone)).toEqual(['FANFOLD_INPUT_GONE', 'never', true]);
        expect(await at.store.head(wrong)).toBeUndefined();
      }
    });

    const source = async (key: string, bytes: Uint8Array) => {
      await put(key, bytes);
      const etag = (await at.store.head(named(key)))?.etag ?? '';
      return (start: number, end: number) => ({ key: named(key).key, etag, start, end });
    };

    promise('ranges of objects and bytes at hand are joined in order, once', async () => {
      const [header, large, small] = [text('a,b\n'), patterned(12 * 1024 * 1024 + 5, 6), patterned(100, 4)];
      const ofLarge = await source('join/large', large);
      const ofSmall = await source('join/small', small);
      const joins: [Uint8Array, JoinPart[]][] = [
        [text(''), []],
        [Buffer.concat([header, small.subarray(3, 90)]), [{ send: [{ bytes: header }, ofSmall(3, 90)] }]],
        [
          Buffer.concat([header, large.subarray(1), small]),
          [
            { send: [{ bytes: header }, ofLarge(1, 6_000_000)] },
            { copy: ofLarge(6_000_000, large.length) },
            { send: [ofSmall(0, 100)] },
          ],
        ],
        [large.subarray(7, 6_000_000), [{ copy: ofLarge(7, 6_000_000) }]],
      ];
      for (const [n, [bytes, parts]] of joins.entries()) {
        const join = () => at.store.joinIfAbsent(named(`join/to-${n}`), parts, crc32(bytes));
        const outcomes = await Promise.all(Array.from({ length: 5 }, join));
        expect(outcomes.filter((outcome) => outcome === 'created')).toHaveLength(1);
        const back = await stored(`join/to-${n}`);
        expect(back !== undefined && Buffer.compare(back, bytes) === 0).toBe(true);
        expect(await join()).toBe('exists');
      }
    });

    promise('what is joined is of the versions that are meant, or an error', async () => {
      const changed = { ...(await source('join/changed', patterned(6_000_000, 6)))(0, 6_000_000), etag: '"other"' };
      const last = (await source('join/last', patterned(100, 4)))(0, 100);
      for (const part of [{ copy: changed }, { send: [changed] }]) {
        const joining = at.store.joinIfAbsent(named('join/never'), [part, { send: [last] }], 0);
        expect(await codeOf(joining)).toEqual(['FANFOLD_INPUT_CHANGED', 'never', true]);
      }
      const gone = { copy: { ...changed, key: named('join/nothing').key } };
      const joining = at.store.joinIfAbsent(named('join/never'), [gone, { send: [last] }], 0);
      expect(await codeOf(joining)).toEqual(['FANFOLD_INPUT_GONE', 'never', true]);
      expect(await at.store.head(named('join/never'))).toBeUndefined();
    });

    promise('what is joined has the checksum that is told, or nothing is written', async () => {
      const bytes = patterned(6_000_100, 3);
      const of = await source('join/damaged', bytes);
      const joins = [[{ send: [of(0, 100)] }], [{ copy: of(0, 6_000_000) }, { send: [of(6_000_000, 6_000_100)] }]];
      for (const parts of joins) {
        const joining = at.store.joinIfAbsent(named('join/other'), parts, crc32(bytes) ^ 1);
        expect(await codeOf(joining)).toEqual(['FANFOLD_PARTIAL_CORRUPT', 'never', true]);
        expect(await at.store.head(named('join/other'))).toBeUndefined();
      }
    });

    promise('keys are listed in the order of their bytes', async () => {
      const keys = ['!', '-', '.', '/deep/er', '/deep-', '0', 'A', '_', 'a', 'a-b', 'a.b', 'a0', 'é', 'ｚ', '😀'].map(
        (end) => `order/x${end}`,
      );
      for (const key of [...keys].reverse()) await put(key, text(key));
      const sorted = [...keys].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
      expect(await list('order/')).toEqual({ keys: sorted, more: false });
      for (const [i, key] of sorted.entries()) {
        expect((await list('order/', key)).keys).toEqual(sorted.slice(i + 1));
      }
    });

    promise('a prefix is a prefix of the key, with and without a slash', async () => {
      for (const key of ['p/1/a', 'p/1/b', 'p/10/a', 'p/2/a', 'p/1x']) await put(key, text(key));
      expect((await list('p/1/')).keys).toEqual(['p/1/a', 'p/1/b']);
      expect((await list('p/1')).keys).toEqual(['p/1/a', 'p/1/b', 'p/10/a', 'p/1x']);
      expect((await list('p/1/a')).keys).toEqual(['p/1/a']);
      expect((await list('p/', 'p/1/b')).keys).toEqual(['p/10/a', 'p/1x', 'p/2/a']);
      expect((await list('p/', 'p/1')).keys).toHaveLength(5);
      expect((await list('p/', 'p/1/zzz')).keys).toEqual(['p/10/a', 'p/1x', 'p/2/a']);
      expect((await list('p/', 'p/3')).keys).toEqual([]);
      expect((await list('p/1/', 'o')).keys).toEqual(['p/1/a', 'p/1/b']);
    });

    promise('a page holds a thousand keys, and the next begins behind its last', async () => {
      const keys = Array.from({ length: 2 * PAGE_KEYS + 5 }, (_, i) => `pages/${String(i).padStart(5, '0')}`);
      for (let i = 0; i < keys.length; i += RACERS) {
        await Promise.all(keys.slice(i, i + RACERS).map((key) => put(key, new Uint8Array())));
      }
      const first = await list('pages/');
      expect(first).toEqual({ keys: keys.slice(0, PAGE_KEYS), more: true });
      const second = await list('pages/', first.keys.at(-1));
      expect(second).toEqual({ keys: keys.slice(PAGE_KEYS, 2 * PAGE_KEYS), more: true });
      const last = await list('pages/', second.keys.at(-1));
      expect(last).toEqual({ keys: keys.slice(2 * PAGE_KEYS), more: false });
      expect(await list('pages/', keys[1004])).toEqual({ keys: keys.slice(1005), more: false });
    });

    promise('a list tells what head tells', async () => {
      await put('told/a', text('some bytes'));
      const page = await at.store.list(at.bucket, `${at.prefix}told/`);
      const head = await at.store.head(named('told/a'));
      const [listed] = page.objects;
      expect({ size: listed?.size, etag: listed?.etag }).toEqual({ size: head?.size, etag: head?.etag });
      expect(Math.abs((listed?.modifiedAtMs ?? 0) - (head?.modifiedAtMs ?? 0))).toBeLessThan(1_000); // headers tell seconds
    });

    promise('a range is its bytes, at every edge', async () => {
      const bytes = patterned(700_001, 5);
      const object = await pinned('ranged', bytes);
      const n = bytes.length;
      for (const [start, end] of [
        [0, n],
        [0, 1],
        [n - 1, n],
        [65_535, 65_537],
        [1, n - 1],
        [262_144, 524_288],
      ] as const) {
        const read = await collect(at.store.read(object, start, end));
        expect(Buffer.compare(read, bytes.subarray(start, end)), `[${start}, ${end})`).toBe(0);
      }
    });

    promise('what is read into memory that was given stands there until the next is asked for', async () => {
      const bytes = patterned(100_000, 3);
      const object = await pinned('into', bytes);
      await put('into/whole', bytes);
      const memory = Buffer.alloc(7_001);
      const ranged = await collect(at.store.read(object, 5, 99_000, () => memory));
      expect(Buffer.compare(ranged, bytes.subarray(5, 99_000))).toBe(0);
      const whole = await at.store.open(named('into/whole'), () => memory);
      expect(whole === undefined ? undefined : Buffer.compare(await collect(whole), bytes)).toBe(0);
    });

    promise('an empty range is nothing, also of an empty object', async () => {
      const object = await pinned('full', patterned(10, 1));
      for (const edge of [0, 5, 10]) expect(await collect(at.store.read(object, edge, edge))).toHaveLength(0);
      const empty = await pinned('empty', new Uint8Array());
      expect(await collect(at.store.read(empty, 0, 0))).toHaveLength(0);
    });

    promise('a reader may stop early, and read again', async () => {
      const bytes = patterned(3_000_000, 2);
      const object = await pinned('early', bytes);
      for (let i = 0; i < 20; i++) {
        for await (const block of at.store.read(object, i, bytes.length)) {
          expect(block[0]).toBe(bytes[i]);
          break;
        }
      }
    });

    promise('an object that was overwritten is not read', async () => {
      const object = await pinned('overwritten', patterned(1_000, 1));
      await at.upload('overwritten', patterned(1_000, 2));
      expect(await codeOf(collect(at.store.read(object, 0, 1_000)))).toEqual(['FANFOLD_INPUT_CHANGED', 'never', true]);
    });

    promise(
      'an object that was overwritten by a shorter one is not read either, though the range is beyond it',
      async () => {
        const object = await pinned('shortened', patterned(1_000, 1));
        await at.upload('shortened', patterned(10, 2));
        expect(await codeOf(collect(at.store.read(object, 500, 1_000)))).toEqual([
          'FANFOLD_INPUT_CHANGED',
          'never',
          true,
        ]);
      },
    );

    promise('an object that is gone is an error, never empty', async () => {
      const object = await pinned('removed', patterned(1_000, 1));
      await at.remove('removed');
      expect(await codeOf(collect(at.store.read(object, 0, 1_000)))).toEqual(['FANFOLD_INPUT_GONE', 'never', true]);
      expect(await at.store.head(input('removed'))).toBeUndefined();
    });

    promise(
      'the same bytes uploaded again, with nothing in between, may be read or refused, but never mixed',
      async () => {
        const bytes = patterned(1_000, 1);
        const object = await pinned('again', bytes);
        await at.upload('again', bytes);
        const read = await collect(at.store.read(object, 0, 1_000)).catch((error: unknown) => error);
        if (read instanceof FanfoldError) expect(read.code).toBe('FANFOLD_INPUT_CHANGED');
        else expect(read).toEqual(bytes);
      },
    );
  });
}

const text = (content: string) => new Uint8Array(Buffer.from(content));

/** Bytes that tell their position and whose they are. */
function patterned(length: number, seed: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let i = 0; i < length; i++) bytes[i] = (i * 31 + (i >> 8) * 7 + seed * 101) & 0xff;
  return bytes;
}

async function* streamed(bytes: Uint8Array, blockBytes: number): AsyncGenerator<Uint8Array> {
  for (let i = 0; i < bytes.length; i += blockBytes) {
    yield bytes.subarray(i, i + blockBytes);
    await new Promise((resolve) => setImmediate(resolve)); // lets the other racers in
    if (i === 0) yield new Uint8Array(); // a block may be empty
  }
}

async function* failing(blocks: number): AsyncGenerator<Uint8Array> {
  for (let i = 0; i < blocks; i++) yield patterned(100_000, i);
  throw new Error('the body broke');
}

async function collect(stream: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const blocks: Uint8Array[] = [];
  for await (const block of stream) blocks.push(Uint8Array.from(block)); // the store may use its block again
  return new Uint8Array(Buffer.concat(blocks));
}

async function codeOf(read: Promise<unknown>): Promise<unknown> {
  const error = await read.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  return error instanceof FanfoldError ? [error.code, error.retry, error.fatal] : error;
}
