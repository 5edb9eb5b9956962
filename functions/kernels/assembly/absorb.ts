/** Pairs of elsewhere, put into the groups: what the plain path came to, where a kernel can hold it. */
import { entryFor } from './offers';
import { decodeValues } from './encoded-values';
import { fresh } from './table';
import { joinValues, valueBytes, VALUES_MAX } from './values';

const values = memory.data(<i32>(VALUES_MAX * 16));

/** Joins a pair into its group; false: nothing was done, since its value is beyond a kernel. */
export function absorb(key: usize, keyBytes: u32, value: usize): bool {
  if (decodeValues(value, values) == 0) return false;
  const entry = entryFor(key, keyBytes);
  if (entry == fresh) memory.copy(entry, values, valueBytes);
  else joinValues(entry, values);
  return true;
}
