/** What a two-state format reads of a range, in a form that joins and compares: a text a record. */
import { encodeText } from '../../functions/core/text.ts';
import { type Ends, IN, OUT, type State, type Sum, type TwoState } from '../../functions/core/two-state.ts';
import { FanfoldError } from '../../functions/errors.ts';
import type { Format, RecordSink, Span } from '../../functions/formats/format.ts';

/** Marks what nothing counts behind. */
const END = '!';
const BETWEEN = '|';
export const told: Sum<string> = {
  empty: '',
  add: (earlier, later) => (later === '' ? earlier : earlier === '' ? later : earlier + BETWEEN + later),
  either: ([out, in_]) => (out === in_ ? out : `${END}lost`),
};

/** Up to the first record that is too long, which ends all reading. */
export function untilEnd(all: string): string {
  const end = all.indexOf(END);
  if (end < 0) return all;
  const next = all.indexOf(BETWEEN, end);
  return next < 0 ? all : all.slice(0, next);
}

const latin1 = (text: string) => Buffer.from(encodeText(text)).toString('latin1');
export const record = (at: number, bytes: number, fields: readonly string[]) => `${at}+${bytes}:${fields.join('\x01')}`;
export const refused = (at: number, bytes: number, why: string) => `${at}+${bytes}?${why}`;
export const tooLong = (at: number) => `${END}${at} is too long`;

export interface SpanRead extends TwoState<string> {
  readonly bounds: { readonly head: number; readonly tail: number } | undefined;
  /** How far it read. */
  readonly readTo: number;
}

/**
 * Reads a range as a worker does, in blocks of so many bytes, each overwritten as soon as it was pushed.
 *
 * @param isOver whether what one state came to so far makes the rest needless
 */
export function readTwoState(
  format: Format<{ readonly [name: string]: string }>,
  object: Uint8Array,
  span: Span,
  blockBytes: number,
  isOver: (head: readonly string[]) => boolean = () => false,
): SpanRead {
  const heads: [string[], string[]] = [[], []];
  const body: string[] = [];
  const sinkTo = (list: string[]): RecordSink<{ readonly [name: string]: string }> => ({
    record: (row, offset, bytes) => list.push(record(offset, bytes, Object.values(row).map(latin1))),
    bad: (reason, offset, raw) => list.push(refused(offset, raw.length, reason)),
  });
  const lost = (state: State, error: FanfoldError) => heads[state].push(tooLong(error.offset ?? -1));
  const both = [sinkTo(heads[OUT]), sinkTo(heads[IN])] as const;
  const sink = { heads: both, body: () => sinkTo(body), lost, isOver: (state: State) => isOver(heads[state]) };
  const reader = format.twoState?.open(span, undefined, sink);
  if (reader === undefined) throw new Error('not a format of two states');
  let at = Math.max(0, span.start - 1);
  try {
    let more = true;
    while (more && at < object.length) {
      const block = Buffer.from(object.subarray(at, Math.min(object.length, at + blockBytes)));
      at += block.length;
      more = reader.push(block);
      block.fill(0x0a);
    }
    if (more) reader.end();
  } catch (error) {
    if (span.start > 0 || !(error instanceof FanfoldError)) throw error;
    body.push(tooLong(error.offset ?? -1));
    const ends: Ends = [null, null];
    return {
      ends,
      heads: [heads[OUT].join(BETWEEN), heads[IN].join(BETWEEN)],
      body: body.join(BETWEEN),
      bounds: undefined,
      readTo: at,
    };
  }
  return {
    ends: reader.ends(),
    heads: [heads[OUT].join(BETWEEN), heads[IN].join(BETWEEN)],
    body: body.join(BETWEEN),
    bounds: reader.bounds(),
    readTo: at,
  };
}
