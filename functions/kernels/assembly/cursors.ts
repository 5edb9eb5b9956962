/** The inputs of a merge, each at one of its pairs, and a heap of them by (key, order of the inputs). */
import { alloc } from './memory';
import { compareBytes } from './bytes';
import { prefix } from './sort';
import { read, readVarint } from './encoded-values';

@unmanaged
export class Cursor {
  prefix: u64;
  key: u32;
  keyBytes: u32;
  value: u32;
  valueBytes: u32;
  /** Where its pair begins; the next one begins, or the block ends, at `next`. */
  pair: u32;
  next: u32;
  end: u32;
  order: u32;
  room: u32;
  roomBytes: u32;
}

let cursors: usize = 0;
let heap: usize = 0;
/** Cursors in the heap. */
export let standing: u32 = 0;

export function openCursors(inputs: u32): void {
  cursors = alloc(<usize>inputs * offsetof<Cursor>());
  memory.fill(cursors, 0, <usize>inputs * offsetof<Cursor>());
  heap = alloc(<usize>inputs * 4);
  standing = 0;
  for (let i: u32 = 0; i < inputs; i++) cursor(i).order = i;
}

// @ts-ignore: decorator
@inline
export function cursor(i: u32): Cursor {
  return changetype<Cursor>(cursors + <usize>i * offsetof<Cursor>());
}

// @ts-ignore: decorator
@inline
export function least(): Cursor {
  return changetype<Cursor>(<usize>load<u32>(heap));
}

/** To the pair at `next`; `next` is then no further than `end`, unless the block is none. */
// @ts-ignore: decorator
@inline
export function step(at: Cursor): void {
  at.pair = at.next;
  const key = readVarint(at.next);
  const keyBytes = <u32>read;
  at.key = <u32>key;
  at.keyBytes = keyBytes;
  const value = readVarint(key + keyBytes);
  at.value = <u32>value;
  at.valueBytes = <u32>read;
  at.next = <u32>value + at.valueBytes;
  at.prefix = prefix(key, keyBytes, 0);
}

// @ts-ignore: decorator
@inline
function before(a: Cursor, b: Cursor): bool {
  if (a.prefix != b.prefix) return a.prefix < b.prefix;
  const order = compareBytes(a.key, a.keyBytes, b.key, b.keyBytes);
  return order == 0 ? a.order < b.order : order < 0;
}

/** Puts a cursor into the heap in place of the least one, from where it sinks. */
export function sink(sinking: Cursor): void {
  const size = standing;
  let i: u32 = 0;
  while (true) {
    let child: u32 = 2 * i + 1;
    if (child >= size) break;
    let lesser = changetype<Cursor>(<usize>load<u32>(heap + <usize>child * 4));
    if (child + 1 < size) {
      const right = changetype<Cursor>(<usize>load<u32>(heap + <usize>child * 4, 4));
      if (before(right, lesser)) {
        lesser = right;
        child += 1;
      }
    }
    if (!before(lesser, sinking)) break;
    store<u32>(heap + <usize>i * 4, changetype<usize>(lesser));
    i = child;
  }
  store<u32>(heap + <usize>i * 4, changetype<usize>(sinking));
}


/** Puts a cursor that stands at a pair into the heap. */
export function stand(at: Cursor): void {
  let i = standing;
  standing += 1;
  while (i > 0) {
    const parent = (i - 1) >> 1;
    const above = changetype<Cursor>(<usize>load<u32>(heap + <usize>parent * 4));
    if (!before(at, above)) break;
    store<u32>(heap + <usize>i * 4, changetype<usize>(above));
    i = parent;
  }
  store<u32>(heap + <usize>i * 4, changetype<usize>(at));
}

/** Takes the least cursor out of the heap. */
export function drop(): void {
  standing -= 1;
  if (standing > 0) sink(changetype<Cursor>(<usize>load<u32>(heap + <usize>standing * 4)));
}
