/** Pairs of a key and a number that JavaScript made, many at a time: they lie here until they are taken. */
import { alloc } from './memory';
import { flush, offer, offered } from './offers';

/** One after the other: the number of each (f64, or i64), how long its key is (u32), and the bytes of all keys. */
export let pairNumbersAt: usize = 0;
export let pairLengthsAt: usize = 0;
export let pairKeysAt: usize = 0;

/** Makes room for so many pairs, and bytes of their keys. */
export function openPairs(pairs: u32, keyBytes: u32): void {
  pairNumbersAt = alloc(<usize>pairs * 8);
  pairLengthsAt = alloc(<usize>pairs * 4);
  pairKeysAt = alloc(<usize>keyBytes + 16);
}

/** Takes the first of them. */
export function takePairs(count: u32): void {
  let key = pairKeysAt;
  for (let i: u32 = 0; i < count; i++) {
    const length = load<u32>(pairLengthsAt + (<usize>i << 2));
    store<u64>(offer(key, length), load<u64>(pairNumbersAt + (<usize>i << 3)));
    offered();
    key += length;
  }
  flush();
}
