import type { ObjectName, ObjectStore } from '../../functions/ports/object-store.ts';

/** Writes an object, and tells when the store says that this was. */
export async function stampIn(store: ObjectStore, name: ObjectName): Promise<number> {
  await store.putIfAbsent(name, new Uint8Array(1));
  return (await store.head(name))?.modifiedAtMs ?? Number.NaN;
}
