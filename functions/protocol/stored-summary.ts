/** What a stored partial says about itself, from its last bytes: partials may be large, their summaries are not. */
import type { Footer } from '../core/partial-format.ts';
import { FOOTER_TAIL_BYTES, footerOfTail } from '../core/partial-tail.ts';
import type { Summary } from '../core/summary.ts';
import type { Note, StoredObject } from '../ports/object-store.ts';
import type { Services } from '../ports/services.ts';

export interface StoredFooter extends Footer {
  readonly object: StoredObject;
}

/** With the last bytes of the partial, which were read for it. */
export interface StoredTail extends StoredFooter {
  readonly last: Buffer;
}

export interface StoredPartial extends StoredFooter {
  readonly note: Note | undefined;
}

/** Undefined where there is none, or none that can be read. */
export async function storedPartial(services: Services, key: string): Promise<StoredPartial | undefined> {
  const name = { bucket: services.results, key };
  const head = await services.store.head(name);
  if (head === undefined) return undefined;
  const { size, etag, note } = head;
  const footer = await footerOf(services, { ...name, etag, size });
  return footer === undefined ? undefined : { ...footer, note };
}

/** The same of one whose size and tag are known. */
export async function footerOf(services: Services, object: StoredObject): Promise<StoredTail | undefined> {
  const { size } = object;
  const tail = async (bytes: number) => {
    const blocks = await Array.fromAsync(services.store.read(object, Math.max(0, size - bytes), size));
    return Buffer.concat(blocks);
  };
  const last = await tail(FOOTER_TAIL_BYTES);
  const found = footerOfTail(last);
  const needed = found !== undefined && 'needsBytes' in found ? found.needsBytes : 0;
  const footer = needed > 0 && needed <= size ? footerOfTail(await tail(needed)) : found;
  return footer !== undefined && 'summary' in footer ? { object, last, ...footer } : undefined;
}

export async function storedSummary(services: Services, key: string): Promise<Summary | undefined> {
  return (await storedPartial(services, key))?.summary;
}
