/** What a stored partial says about itself, from its last bytes: partials may be large, their summaries are not. */
import type { SectionIndex } from '../core/partial-format.ts';
import { FOOTER_TAIL_BYTES, footerOfTail } from '../core/partial-tail.ts';
import type { Summary } from '../core/summary.ts';
import type { Note, StoredObject } from '../ports/object-store.ts';
import type { Services } from '../ports/services.ts';

export interface StoredPartial {
  readonly object: StoredObject;
  readonly note: Note | undefined;
  readonly summary: Summary;
  readonly sections: readonly SectionIndex[];
}

/** Undefined where there is none, or none that can be read. */
export async function storedPartial(services: Services, key: string): Promise<StoredPartial | undefined> {
  const name = { bucket: services.results, key };
  const head = await services.store.head(name);
  if (head === undefined) return undefined;
  const { size, etag, note } = head;
  const object = { ...name, etag, size };
  const tail = async (bytes: number) => {
    const blocks = await Array.fromAsync(services.store.read(object, Math.max(0, size - bytes), size));
    return footerOfTail(Buffer.concat(blocks));
  };
  const found = await tail(FOOTER_TAIL_BYTES);
  const needed = found !== undefined && 'needsBytes' in found ? found.needsBytes : 0;
  const footer = needed > 0 && needed <= size ? await tail(needed) : found;
  return footer !== undefined && 'summary' in footer ? { object, note, ...footer } : undefined;
}

export async function storedSummary(services: Services, key: string): Promise<Summary | undefined> {
  return (await storedPartial(services, key))?.summary;
}
