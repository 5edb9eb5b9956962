/** The objects of a request, in input order, from any point on. */

import type { InputObject } from '../core/cut.ts';
import type { RunInput, RunRequest } from '../core/messages.ts';
import { assert, FanfoldError } from '../errors.ts';
import type { ObjectName, ObjectStore } from '../ports/object-store.ts';
import { listAll } from '../protocol/list-all.ts';
import type { Cursor } from '../protocol/plan-pages.ts';

/** An object, and the cursor that points to it: to its first range, unless the caller knows better. */
export interface Listed {
  readonly object: Omit<InputObject, 'cuttable'>;
  readonly cursor: Omit<Cursor, 'range' | 'cut'>;
}

export const START: Cursor = { input: 0, after: '', object: 0, range: 0 };

/** HEAD requests in flight while named objects are looked up. */
const LOOKUPS = 32;

export async function* objectsFrom(
  store: ObjectStore,
  inputs: RunRequest['inputs'],
  from: Cursor,
): AsyncGenerator<Listed> {
  let ordinal = from.object;
  for (let input = from.input; input < inputs.length; ) {
    const at = inputs[input] as RunInput; // input < inputs.length
    if ('prefix' in at) {
      const after = input === from.input ? from.after : '';
      const tag = taggedAs(at);
      for await (const listed of listPrefix(store, at.bucket, at.prefix, after)) {
        yield { object: { ...listed.object, ...tag }, cursor: { input, after: listed.after, object: ordinal } };
        ordinal += 1;
      }
      input += 1;
      continue;
    }
    const names = namesAt(inputs, input);
    assert(names.length > 0, 'a request names a document beside other inputs');
    const objects = await Promise.all(names.map((name) => lookUp(store, name)));
    for (const object of objects) {
      yield { object, cursor: { input, after: '', object: ordinal } };
      ordinal += 1;
      input += 1;
    }
  }
}

type Named = ObjectName & { readonly tag?: string };

/** The tag that the request gave, if it gave one. */
const taggedAs = ({ tag }: { readonly tag?: string | undefined }) => (tag === undefined ? {} : { tag });

/** The next named objects, up to LOOKUPS of them. */
function namesAt(inputs: RunRequest['inputs'], first: number): Named[] {
  const names: Named[] = [];
  for (const input of inputs.slice(first, first + LOOKUPS)) {
    if (!('key' in input)) break;
    names.push(input);
  }
  return names;
}

async function lookUp(store: ObjectStore, { bucket, key, tag }: Named): Promise<Listed['object']> {
  const head = await store.head({ bucket, key });
  if (head !== undefined) return { bucket, key, etag: head.etag, size: head.size, ...taggedAs({ tag }) };
  throw new FanfoldError('FANFOLD_INPUT_GONE', `There is no object ${key} in ${bucket}`, {
    fix: 'Check the name, or upload it, and start the run again.',
    fatal: true,
    source: key,
  });
}

async function* listPrefix(store: ObjectStore, bucket: string, prefix: string, from: string) {
  let after = from;
  for await (const { key, etag, size } of listAll(store, bucket, prefix, from === '' ? undefined : from)) {
    const marker = key.endsWith('/') && size === 0; // what consoles make for a "folder"
    if (!marker) yield { object: { bucket, key, etag, size }, after };
    after = key;
  }
}
