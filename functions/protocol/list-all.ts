import type { ListedObject, ObjectStore } from '../ports/object-store.ts';

/** All objects below a prefix that come after a key, in byte order of key; a request for each thousand, when it is needed. */
export async function* listAll(
  store: ObjectStore,
  bucket: string,
  prefix: string,
  after?: string,
): AsyncGenerator<ListedObject> {
  for (let last = after, more = true; more; ) {
    const page = await store.list(bucket, prefix, last);
    yield* page.objects;
    last = page.objects.at(-1)?.key;
    more = page.more;
  }
}
