/** What the first bytes of an object say: whether it may be cut, and what its ranges need to know. */
import type { Header } from '../core/plan.ts';
import { compressionOf, MAGIC_BYTES } from '../formats/decompress.ts';
import type { Format } from '../formats/format.ts';
import { HEADER_BYTES_MAX } from '../limits.ts';
import type { ObjectStore, StoredObject } from '../ports/object-store.ts';

export interface ObjectStart {
  readonly cuttable: boolean;
  readonly header?: Header;
}

/**
 * An object may be cut unless it is compressed, or its header cannot be handed to the workers of its ranges. Asked only of
 * objects that would be cut, so that a run of small objects costs nothing more: one request, which ends with the header.
 */
export async function readStart(
  store: Pick<ObjectStore, 'read'>,
  object: StoredObject,
  { twoState }: Format<unknown>,
): Promise<ObjectStart> {
  const needsHeader = twoState?.needsHeader ?? false;
  const bytesMax = Math.min(object.size, needsHeader ? HEADER_BYTES_MAX : MAGIC_BYTES);
  let first = Buffer.alloc(0);
  for await (const block of store.read(object, 0, bytesMax)) {
    first = Buffer.concat([first, block]);
    if (first.length < MAGIC_BYTES && first.length < bytesMax) continue;
    if (compressionOf(first) !== 'none') return { cuttable: false };
    const header = needsHeader ? twoState?.header(first) : undefined;
    if (header === 'uncut') return { cuttable: false };
    if (header !== undefined) return { cuttable: true, header };
    if (!needsHeader) return { cuttable: true };
  }
  return { cuttable: false };
}
