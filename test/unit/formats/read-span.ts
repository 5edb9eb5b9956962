import type { Format, Span } from '../../../functions/formats/format.ts';

export interface Read<R> {
  readonly records: { readonly record: R; readonly offset: number; readonly bytes: number }[];
  readonly bad: { readonly reason: string; readonly offset: number; readonly raw: string }[];
  readonly bounds: { readonly head: number; readonly tail: number } | undefined;
}

/**
 * Reads one span as a worker does: from one byte before it, block by block, until the reader has enough or the object
 * ends. Every block is overwritten as soon as it was pushed, so that a reader which keeps a view of it is found out.
 */
export function readSpan<R>(
  format: Format<R>,
  object: Uint8Array,
  span: Span,
  blockBytes = Number.MAX_SAFE_INTEGER,
): Read<R> {
  const read: Read<R> = { records: [], bad: [], bounds: undefined };
  const reader = format.open(span, {
    record: (record, offset, bytes) => read.records.push({ record, offset, bytes }),
    bad: (reason, offset, raw) => read.bad.push({ reason, offset, raw: Buffer.from(raw).toString('latin1') }),
  });
  let more = true;
  for (let at = Math.max(0, span.start - 1); more && at < object.length; ) {
    const block = Uint8Array.from(object.subarray(at, Math.min(object.length, at + blockBytes)));
    more = reader.push(block);
    block.fill(0x0a);
    at += block.length;
  }
  if (more) reader.end();
  return { ...read, bounds: reader.bounds() };
}

/** Every sequence over `alphabet` of up to `lengthMax` members. */
export function* sequences<T>(alphabet: readonly T[], lengthMax: number): Generator<readonly T[]> {
  let last: (readonly T[])[] = [[]];
  yield [];
  for (let length = 1; length <= lengthMax; length++) {
    last = last.flatMap((shorter) => alphabet.map((one) => [...shorter, one]));
    yield* last;
  }
}

/** Every set of up to three cuts of an object, as the spans between them. */
export function* allCuts(size: number): Generator<readonly Span[]> {
  const spans = (cuts: readonly number[]) => [0, ...cuts].map((start, i) => ({ start, end: cuts[i] ?? size }));
  yield spans([]);
  for (let a = 1; a < size; a++) {
    yield spans([a]);
    for (let b = a + 1; b < size; b++) {
      yield spans([a, b]);
      for (let c = b + 1; c < size; c++) yield spans([a, b, c]);
    }
  }
}
