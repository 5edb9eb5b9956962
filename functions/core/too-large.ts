/** What is said about values and rows that are larger than the memory at hand allows. */
import { FanfoldError } from '../errors.ts';
import { decodeText } from './text.ts';

const KEY_TOLD_CHARACTERS_MAX = 200;
const MORE_MEMORY =
  'give more memory, of which the limit is a share: workerMemoryMiB and aggregatorMemoryMiB of the construct, on a laptop ' +
  'fewer --workers';

export function valueTooLarge(key: string | Uint8Array, bytesMax: number): FanfoldError {
  return new FanfoldError(
    'FANFOLD_VALUE_TOO_LARGE',
    `The value of the key ${toldKey(key)} takes more than ${bytesMax} bytes of memory`,
    { fix: `Let \`combine\` keep less, or spread the key over several; or ${MORE_MEMORY}.` },
  );
}

/** What `combine` came to cannot be stored: the sum of numbers is infinite. */
export function sumBeyondNumbers(key: Uint8Array): FanfoldError {
  return new FanfoldError(
    'FANFOLD_VALUE_INVALID',
    `The sum of the key ${toldKey(key)} is beyond all numbers, and cannot be stored`,
    { fix: 'Yield bigints, which have no bound.' },
  );
}

/** A key as errors tell it: the beginning of a long one. */
export function toldKey(key: string | Uint8Array): string {
  const text = typeof key === 'string' ? key : decodeText(key, 0, key.length);
  return JSON.stringify(text.slice(0, KEY_TOLD_CHARACTERS_MAX));
}

export function rowTooLarge(bytes: number, bytesMax: number): FanfoldError {
  return new FanfoldError('FANFOLD_VALUE_TOO_LARGE', `A row takes ${bytes} bytes, more than ${bytesMax}`, {
    fix: `Make several rows of it; or ${MORE_MEMORY}.`,
  });
}
