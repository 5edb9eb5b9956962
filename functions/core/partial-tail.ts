/** What a partial says about itself, from its last bytes: partials may be large, their footers are not. */
import { crc32 } from 'node:zlib';
import { FOOTER_HEADER_BYTES, type Footer, TAIL_BYTES, TRAILER } from './partial-format.ts';

/** The last bytes of a partial that hold its footer, unless it is unusually long. */
export const FOOTER_TAIL_BYTES = 64 * 1024;

/**
 * The footer from the last bytes of a partial, without its entries.
 *
 * @returns how many last bytes it takes, where `tail` holds fewer; undefined where it is no end of a partial
 */
export function footerOfTail(tail: Buffer): Footer | { readonly needsBytes: number } | undefined {
  if (tail.length < TAIL_BYTES || !tail.subarray(-4).equals(TRAILER)) return undefined;
  const length = tail.readUInt32LE(tail.length - TAIL_BYTES);
  const start = tail.length - TAIL_BYTES - length;
  if (start < FOOTER_HEADER_BYTES) return { needsBytes: TAIL_BYTES + length + FOOTER_HEADER_BYTES };
  const json = tail.subarray(start, tail.length - TAIL_BYTES);
  if (crc32(json) !== tail.readUInt32LE(start - 4)) return undefined;
  return JSON.parse(json.toString()) as Footer; // written by `PartialWriter`, and its checksum holds
}
