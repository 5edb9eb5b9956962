import { Readable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { S3ObjectStore } from '../../../functions/adapters/aws/s3-object-store.ts';
import { partBytesOf } from '../../../functions/adapters/aws/s3-upload.ts';
import { type Answer, type Asked, fakeS3, xmlError } from './fake-s3.ts';

const name = { bucket: 'b', key: 'k' };
const pinned = { ...name, etag: '"tag"' };
const MiB = 1024 * 1024;

function storeThat(answer: (asked: Asked, nth: number) => Answer) {
  const { client, asked } = fakeS3(answer);
  const waits: number[] = [];
  const store = new S3ObjectStore(client, async (nth) => void waits.push(nth));
  return { store, asked, waits };
}

const collect = async (stream: AsyncIterable<Uint8Array>) => Buffer.concat(await Array.fromAsync(stream)).toString();

/** Gives the bytes that the request's range asks for, breaking off after `most`. */
function content(text: string, asked: Asked, most = Number.POSITIVE_INFINITY): Answer {
  const [, start = '0', last = String(text.length - 1)] =
    /^bytes=(\d+)-(\d+)$/.exec(asked.headers['range'] ?? '') ?? [];
  const bytes = Buffer.from(text).subarray(Number(start), Number(last) + 1);
  async function* body() {
    yield bytes.subarray(0, most);
    if (bytes.length > most) throw Object.assign(new Error('aborted'), { code: 'ECONNRESET' });
  }
  return {
    status: 206,
    headers: { etag: '"tag"', 'content-length': String(bytes.length) },
    body: Readable.from(body()),
  };
}

/** All the bytes, and then what the SDK throws when their checksum is another. */
function damaged(text: string): Answer {
  async function* body() {
    yield Buffer.from(text);
    throw new Error('Checksum mismatch');
  }
  const headers = { etag: '"tag"', 'content-length': String(text.length) };
  return { status: 200, headers, body: Readable.from(body()) };
}

describe('what is whole by its length and damaged by its checksum', () => {
  test.each([
    ['read', (store: S3ObjectStore) => Promise.resolve(store.read(pinned, 0, 10))],
    ['open', (store: S3ObjectStore) => store.open(name)],
  ])('is refused by %s', async (_, ask) => {
    const { store } = storeThat(() => damaged('0123456789'));
    const stream = await ask(store);
    await expect(collect(stream ?? Readable.from([]))).rejects.toMatchObject({
      code: 'FANFOLD_STORE_UNAVAILABLE',
      message: expect.stringContaining('another checksum'),
    });
  });
});

test('an object that is opened and closed unread lets go of its connection', async () => {
  const body = Readable.from([Buffer.from('0123456789')]);
  const headers = { etag: '"tag"', 'content-length': '10' };
  const { store } = storeThat(() => ({ status: 200, headers, body }));
  const stream = await store.open(name);
  await stream?.[Symbol.asyncIterator]().return?.();
  expect(body.destroyed).toBe(true);
});

describe('read', () => {
  test('is one request, pinned by the ETag and never by a version', async () => {
    const { store, asked } = storeThat((request) => content('0123456789', request));
    expect(await collect(store.read(pinned, 2, 7))).toBe('23456');
    expect(asked).toHaveLength(1);
    expect(asked[0]?.headers).toMatchObject({ 'if-match': '"tag"', range: 'bytes=2-6' });
    expect(asked[0]?.query).not.toHaveProperty('versionId');
  });

  test('of nothing asks nothing', async () => {
    const { store, asked } = storeThat(() => xmlError(500, 'InternalError'));
    expect(await collect(store.read(pinned, 3, 3))).toBe('');
    expect(asked).toEqual([]);
  });

  test('goes on where a stream broke, of the same version', async () => {
    const { store, asked } = storeThat((request) => content('0123456789', request, 4));
    expect(await collect(store.read(pinned, 0, 10))).toBe('0123456789');
    expect(asked.map(({ headers }) => headers['range'])).toEqual(['bytes=0-9', 'bytes=4-9', 'bytes=8-9']);
    expect(asked.every(({ headers }) => headers['if-match'] === '"tag"')).toBe(true);
  });

  test('gives up on a stream that breaks again and again without a byte', async () => {
    const { store, waits } = storeThat((request) => content('0123456789', request, 0));
    await expect(collect(store.read(pinned, 0, 10))).rejects.toMatchObject({
      code: 'FANFOLD_STORE_UNAVAILABLE',
      retry: 'safe',
    });
    expect(waits).toEqual([0, 1, 2, 3, 4]);
  });

  test.each([
    [412, 'PreconditionFailed', 'FANFOLD_INPUT_CHANGED'],
    [416, 'InvalidRange', 'FANFOLD_INPUT_CHANGED'],
    [404, 'NoSuchKey', 'FANFOLD_INPUT_GONE'],
    [403, 'AccessDenied', 'FANFOLD_INPUT_UNREADABLE'],
  ])('tells %i %s as %s, which no retry and no tolerance cures', async (status, answered, code) => {
    const { store, asked } = storeThat(() => xmlError(status, answered));
    const expected = { code, retry: 'never', fatal: true, source: 's3://b/k' };
    await expect(collect(store.read(pinned, 0, 10))).rejects.toMatchObject(expected);
    expect(asked).toHaveLength(1);
  });

  test('refuses what another store might answer: another tag, or more than was asked for', async () => {
    for (const headers of [
      { etag: '"other"', 'content-length': '3' },
      { etag: '"tag"', 'content-length': '10' },
    ]) {
      const { store } = storeThat(() => ({ status: 200, headers, body: '0123456789'.slice(0, 3) }));
      await expect(collect(store.read(pinned, 2, 5))).rejects.toMatchObject({ code: 'FANFOLD_INPUT_CHANGED' });
    }
  });
});

describe('open', () => {
  test('streams the whole, and goes on by ranges of the same version when it breaks', async () => {
    const { store, asked } = storeThat((request) => content('0123456789', request, 6));
    expect(await collect((await store.open(name)) ?? nothing())).toBe('0123456789');
    expect(asked.map(({ headers }) => [headers['range'], headers['if-match']])).toEqual([
      [undefined, undefined],
      ['bytes=6-9', '"tag"'],
    ]);
  });

  test('tells what is missing from what failed', async () => {
    expect(await storeThat(() => xmlError(404, 'NoSuchKey')).store.open(name)).toBeUndefined();
    await expect(storeThat(() => xmlError(403, 'AccessDenied')).store.open(name)).rejects.toThrow('denied');
  });
});

describe('putIfAbsent', () => {
  const put = (store: S3ObjectStore) => store.putIfAbsent(name, Buffer.from('body'));

  test('writes with If-None-Match', async () => {
    const { store, asked } = storeThat(() => ({ status: 200 }));
    expect(await put(store)).toBe('created');
    expect(asked).toMatchObject([{ operation: 'PUT', headers: { 'if-none-match': '*' }, body: 'body' }]);
  });

  test('takes 412 for the truth of somebody else', async () => {
    expect(await put(storeThat(() => xmlError(412, 'PreconditionFailed')).store)).toBe('exists');
  });

  test.each([
    [409, 'ConditionalRequestConflict'],
    [503, 'SlowDown'],
  ])('tries again after %i %s, and never takes it for 412', async (status, code) => {
    const { store, asked } = storeThat((_, nth) => (nth < 3 ? xmlError(status, code) : { status: 200 }));
    expect(await put(store)).toBe('created');
    expect(asked).toHaveLength(3);
  });

  test('gives a conflict that does not end back to the queue', async () => {
    const { store, waits } = storeThat(() => xmlError(409, 'ConditionalRequestConflict'));
    await expect(put(store)).rejects.toMatchObject({ code: 'FANFOLD_STORE_UNAVAILABLE', retry: 'safe' });
    expect(waits).toHaveLength(8);
  });

  test('an answer that was lost after the effect is `exists`', async () => {
    const { store } = storeThat((_, nth) =>
      nth === 1 ? { status: 0, broken: true } : xmlError(412, 'PreconditionFailed'),
    );
    expect(await put(store)).toBe('exists');
  });

  test('other errors are not its business', async () => {
    await expect(put(storeThat(() => xmlError(403, 'AccessDenied')).store)).rejects.toThrow('AccessDenied');
  });
});

describe('putIfAbsent of a stream', () => {
  async function* blocks(total: number, each = MiB) {
    for (let sent = 0; sent < total; sent += each) yield Buffer.alloc(Math.min(each, total - sent), 'x');
  }
  const started = {
    status: 200,
    body: '<InitiateMultipartUploadResult><UploadId>id</UploadId></InitiateMultipartUploadResult>',
  };
  const completed = {
    status: 200,
    body: '<CompleteMultipartUploadResult><ETag>e</ETag></CompleteMultipartUploadResult>',
  };
  const multipart =
    (complete: Answer) =>
    (asked: Asked): Answer => {
      if (asked.operation === 'POST uploads') return started;
      if (asked.operation === 'PUT part') return { status: 200, headers: { etag: `"${asked.query['partNumber']}"` } };
      return asked.operation === 'POST upload' ? complete : { status: 204 };
    };

  test('is one PUT below 8 MiB', async () => {
    const { store, asked } = storeThat(() => ({ status: 200 }));
    expect(await store.putIfAbsent(name, blocks(8 * MiB - 1))).toBe('created');
    expect(asked).toMatchObject([
      { operation: 'PUT', headers: { 'if-none-match': '*', 'content-length': String(8 * MiB - 1) } },
    ]);
  });

  test('is a multipart upload above, whose completion is conditional', async () => {
    const { store, asked } = storeThat(multipart(completed));
    expect(await store.putIfAbsent(name, blocks(20 * MiB + 1, 999_983))).toBe('created');
    const parts = asked
      .filter(({ operation }) => operation === 'PUT part')
      .map(({ headers }) => Number(headers['content-length']));
    expect(parts.sort()).toEqual([4 * MiB + 1, 8 * MiB, 8 * MiB].sort());
    const complete = asked.at(-1);
    expect(complete).toMatchObject({ operation: 'POST upload', headers: { 'if-none-match': '*' } });
    expect(complete?.body.match(/<PartNumber>\d<\/PartNumber>/g)).toEqual(
      [1, 2, 3].map((part) => `<PartNumber>${part}</PartNumber>`),
    );
  });

  const outcomes: [string, Answer, string | { code?: string; retry?: string; name?: string }][] = [
    ['412: exists', xmlError(412, 'PreconditionFailed'), 'exists'],
    [
      '409: given back, as the stream is spent',
      xmlError(409, 'ConditionalRequestConflict'),
      { code: 'FANFOLD_STORE_UNAVAILABLE', retry: 'safe' },
    ],
    [
      'an error inside of a 200',
      { status: 200, body: '<Error><Code>InternalError</Code></Error>' },
      { name: 'InternalError' },
    ],
  ];
  test.each(outcomes)('%s; and the upload is aborted', async (_, answer, expected) => {
    const { store, asked } = storeThat(multipart(answer));
    const written = store.putIfAbsent(name, blocks(9 * MiB));
    if (typeof expected === 'string') expect(await written).toBe(expected);
    else await expect(written).rejects.toMatchObject(expected);
    expect(asked.at(-1)).toMatchObject({ operation: 'DELETE upload', query: { uploadId: 'id' } });
  });

  test('a body that throws leaves nothing: no object, and no upload', async () => {
    async function* broken() {
      yield* blocks(17 * MiB);
      throw new Error('the job threw');
    }
    const { store, asked } = storeThat(multipart(completed));
    await expect(store.putIfAbsent(name, broken())).rejects.toThrow('the job threw');
    expect(asked.filter(({ operation }) => operation === 'POST upload')).toEqual([]);
    expect(asked.at(-1)?.operation).toBe('DELETE upload');
  });

  test('a part that fails ends the upload at once, and nothing is on its way when it is aborted', async () => {
    let flying = 0;
    let flyingAtAbort: number | undefined;
    let made = 0;
    async function* endless() {
      for (; made < 400; made++) yield* blocks(MiB);
    }
    const { store, asked } = storeThat((request) => {
      if (request.operation === 'DELETE upload') flyingAtAbort = flying;
      if (request.query['partNumber'] === '2') return xmlError(403, 'AccessDenied');
      if (request.operation !== 'PUT part') return multipart(completed)(request);
      flying += 1;
      async function* late() {
        await new Promise((resolve) => setTimeout(resolve, 20));
        flying -= 1;
        yield Buffer.from('');
      }
      return { status: 200, headers: { etag: '"e"' }, body: Readable.from(late()) };
    });
    await expect(store.putIfAbsent(name, endless())).rejects.toThrow('AccessDenied');
    expect(made).toBeLessThan(200);
    expect(flyingAtAbort).toBe(0);
    expect(asked.at(-1)?.operation).toBe('DELETE upload');
  });

  test('parts grow, so that 10,000 of them hold the largest object of S3, and none is over 5 GiB', () => {
    let total = 0;
    for (let part = 1; part <= 10_000; part++) total += partBytesOf(part);
    expect(total).toBeGreaterThan(5 * 2 ** 40);
    expect(partBytesOf(1)).toBeGreaterThanOrEqual(5 * MiB);
    expect(partBytesOf(10_000)).toBeLessThanOrEqual(5 * 2 ** 30);
  });
});

describe('copyIfAbsent', () => {
  const to = { bucket: 'b', key: 'to' };
  const small = { bucket: 'b', key: 'runs/r 1/k', etag: '"tag"', size: 10 };
  const large = { ...small, size: 130 * MiB };
  const copying =
    (complete: Answer, part: Answer = { status: 200, body: '<CopyPartResult><ETag>"p"</ETag></CopyPartResult>' }) =>
    (asked: Asked): Answer => {
      const started = '<InitiateMultipartUploadResult><UploadId>id</UploadId></InitiateMultipartUploadResult>';
      if (asked.operation === 'POST uploads') return { status: 200, body: started };
      if (asked.operation === 'PUT part') return part;
      return asked.operation === 'POST upload' ? complete : { status: 204 };
    };
  const completed = {
    status: 200,
    body: '<CompleteMultipartUploadResult><ETag>e</ETag></CompleteMultipartUploadResult>',
  };

  test('of a small object is a pinned read and a conditional write', async () => {
    const { store, asked } = storeThat((request) =>
      request.method === 'GET' ? content('0123456789', request) : { status: 200 },
    );
    expect(await store.copyIfAbsent(small, to, { tookMs: 5 })).toBe('created');
    expect(asked).toMatchObject([
      { method: 'GET', path: '/b/runs/r 1/k', headers: { 'if-match': '"tag"' } },
      {
        operation: 'PUT',
        path: '/b/to',
        body: '0123456789',
        headers: { 'if-none-match': '*', 'x-amz-meta-took-ms': '5' },
      },
    ]);
  });

  test('of a large one is made by S3, in pinned parts, with a conditional completion', async () => {
    const { store, asked } = storeThat(copying(completed));
    expect(await store.copyIfAbsent(large, to, { tookMs: 5 })).toBe('created');
    expect(asked.map(({ method }) => method)).not.toContain('GET');
    expect(asked[0]).toMatchObject({ operation: 'POST uploads', headers: { 'x-amz-meta-took-ms': '5' } });
    const parts = asked.filter(({ operation }) => operation === 'PUT part').map(({ headers }) => headers);
    expect(parts.map((headers) => headers['x-amz-copy-source-range'])).toEqual([
      `bytes=0-${64 * MiB - 1}`,
      `bytes=${64 * MiB}-${128 * MiB - 1}`,
      `bytes=${128 * MiB}-${130 * MiB - 1}`,
    ]);
    for (const headers of parts) {
      expect(headers).toMatchObject({
        'x-amz-copy-source': 'b/runs/r%201/k',
        'x-amz-copy-source-if-match': '"tag"',
      });
    }
    expect(asked.at(-1)).toMatchObject({ operation: 'POST upload', headers: { 'if-none-match': '*' } });
  });

  test('takes 412 to the completion for the truth of somebody else, and 412 to a part for another version', async () => {
    const taken = storeThat(copying(xmlError(412, 'PreconditionFailed')));
    expect(await taken.store.copyIfAbsent(large, to)).toBe('exists');
    expect(taken.asked.at(-1)?.operation).toBe('DELETE upload');
    const changed = storeThat(copying(completed, xmlError(412, 'PreconditionFailed')));
    await expect(changed.store.copyIfAbsent(large, to)).rejects.toMatchObject({ code: 'FANFOLD_INPUT_CHANGED' });
    expect(changed.asked.at(-1)?.operation).toBe('DELETE upload');
  });

  test('tries a conflict again from the start, as S3 asks for', async () => {
    let completions = 0;
    const { store, asked } = storeThat((request) =>
      request.operation === 'POST upload' && completions++ < 2
        ? xmlError(409, 'ConditionalRequestConflict')
        : copying(completed)(request),
    );
    expect(await store.copyIfAbsent(large, to)).toBe('created');
    expect(asked.filter(({ operation }) => operation === 'POST uploads')).toHaveLength(3);
  });
});

describe('joinIfAbsent', () => {
  const to = { bucket: 'b', key: 'to' };
  const piece = (key: string, start: number, end: number) => ({ key, etag: `"${key}"`, start, end });
  const completed: Answer = {
    status: 200,
    body: '<CompleteMultipartUploadResult><ETag>e</ETag></CompleteMultipartUploadResult>',
  };
  const joining =
    (completion: Answer) =>
    (request: Asked): Answer => {
      if (request.operation === 'POST uploads') {
        return {
          status: 200,
          body: '<InitiateMultipartUploadResult><UploadId>u</UploadId></InitiateMultipartUploadResult>',
        };
      }
      if (request.operation === 'POST upload') return completion;
      if (request.headers['x-amz-copy-source'] === undefined) return { status: 200, headers: { etag: '"sent"' } };
      return {
        status: 200,
        body: '<CopyPartResult><ETag>copied</ETag><ChecksumCRC32>AAAAAQ==</ChecksumCRC32></CopyPartResult>',
      };
    };
  const parts = [
    { copy: piece('a', 10, 20 * MiB) },
    { send: [{ bytes: Buffer.from('x'.repeat(5 * MiB)) }] },
    { copy: piece('b', 0, 6 * MiB) },
  ];

  test('copies ranges of pinned versions, in order, and lets S3 compare the whole with its checksum', async () => {
    const { store, asked } = storeThat(joining(completed));
    expect(await store.joinIfAbsent(to, parts, 0x26_e8_0b_b2)).toBe('created');
    expect(asked.map(({ method }) => method)).not.toContain('GET');
    expect(asked[0]).toMatchObject({
      operation: 'POST uploads',
      headers: { 'x-amz-checksum-algorithm': 'CRC32', 'x-amz-checksum-type': 'FULL_OBJECT' },
    });
    const [first, second, third] = asked
      .slice(1, 4)
      .sort((a, b) => (String(a.query['partNumber']) < String(b.query['partNumber']) ? -1 : 1));
    expect(first?.headers).toMatchObject({
      'x-amz-copy-source': 'b/a',
      'x-amz-copy-source-if-match': '"a"',
      'x-amz-copy-source-range': `bytes=10-${20 * MiB - 1}`,
    });
    expect(second?.headers['x-amz-checksum-crc32']).toBeDefined();
    expect(third?.headers).toMatchObject({ 'x-amz-copy-source': 'b/b', 'x-amz-copy-source-if-match': '"b"' });
    expect(asked[4]).toMatchObject({
      operation: 'POST upload',
      headers: { 'if-none-match': '*', 'x-amz-checksum-crc32': 'JugLsg==', 'x-amz-checksum-type': 'FULL_OBJECT' },
    });
    expect([...(asked[4]?.body ?? '').matchAll(/<ETag>(.*?)<\/ETag>/g)].map(([, etag]) => etag)).toEqual([
      'copied',
      '&quot;sent&quot;',
      'copied',
    ]);
  });

  test('takes 412 for the truth of somebody else, and a bad digest for damage', async () => {
    const taken = storeThat(joining(xmlError(412, 'PreconditionFailed')));
    expect(await taken.store.joinIfAbsent(to, parts, 1)).toBe('exists');
    expect(taken.asked.at(-1)?.operation).toBe('DELETE upload');
    const damaged = storeThat(joining(xmlError(400, 'BadDigest')));
    await expect(damaged.store.joinIfAbsent(to, parts, 1)).rejects.toMatchObject({ code: 'FANFOLD_PARTIAL_CORRUPT' });
    expect(damaged.asked.at(-1)?.operation).toBe('DELETE upload');
  });

  test('has up to 16 copies on their way, and 4 parts that pass through memory', async () => {
    for (const [kind, together] of [
      ['copy', 16],
      ['send', 4],
    ] as const) {
      let [now, most] = [0, 0];
      const { client } = fakeS3(joining(completed));
      const send = async (command: object) => {
        now += 1;
        most = Math.max(most, now);
        await new Promise((resolve) => setImmediate(resolve));
        now -= 1;
        return client.send(command as never); // as it came
      };
      const store = new S3ObjectStore({ send } as never, async () => {}, 8 * MiB, false); // it asks for no more than this
      const many = Array.from({ length: 40 }, (_, n) =>
        kind === 'copy' ? { copy: piece(`${n}`, 0, 5 * MiB) } : { send: [{ bytes: Buffer.from('x') }] },
      );
      expect(await store.joinIfAbsent(to, many, 1)).toBe('created');
      expect(most).toBe(together);
    }
  });

  test('tells emulators no checksum', async () => {
    const { client, asked } = fakeS3(joining(completed));
    const store = new S3ObjectStore(client, async () => {}, 8 * MiB, false);
    expect(await store.joinIfAbsent(to, parts, 1)).toBe('created');
    for (const { headers } of asked) {
      expect(Object.keys(headers).filter((header) => header.startsWith('x-amz-checksum'))).toEqual([]);
    }
  });
});

test('list is one request, and undoes the encoding that it asks for', async () => {
  const entry = (key: string) =>
    `<Contents><Key>${key}</Key><Size>3</Size><ETag>&quot;t&quot;</ETag><LastModified>2026-01-01T00:00:00.000Z</LastModified></Contents>`;
  const { store, asked } = storeThat(() => ({
    status: 200,
    body: `<ListBucketResult><EncodingType>url</EncodingType><IsTruncated>true</IsTruncated>${entry('p/a+b%2Bc')}${entry('p/%01')}</ListBucketResult>`,
  }));
  const page = await store.list('b', 'p/', 'p/A');
  expect(page).toMatchObject({ more: true, objects: [{ key: 'p/a b+c', size: 3, etag: '"t"' }, { key: 'p/\u0001' }] });
  expect(asked).toMatchObject([{ query: { prefix: 'p/', 'start-after': 'p/A', 'max-keys': '1000' } }]);
});

async function* nothing(): AsyncGenerator<Uint8Array> {}
