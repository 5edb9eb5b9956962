/** A binary heap of sorted inputs: the one with the least key is first, the earlier one where keys are equal. */

export interface SortedInput {
  /** The key it stands at. */
  readonly key: Uint8Array;
  /** `prefixOf` of that key: most comparisons need no more. */
  readonly prefix: number;
  /** Its position among the inputs. */
  readonly order: number;
}

const PREFIX_BYTES = 6;

/** A number that orders keys as their first bytes do. */
export function prefixOf(key: Buffer): number {
  if (key.length >= PREFIX_BYTES) return key.readUIntBE(0, PREFIX_BYTES);
  let prefix = 0;
  for (let i = 0; i < PREFIX_BYTES; i++) prefix = prefix * 256 + (key[i] ?? 0);
  return prefix;
}

export class LeastFirst<I extends SortedInput> {
  readonly #inputs: I[];

  constructor(inputs: readonly I[]) {
    this.#inputs = [...inputs];
    for (let i = this.#inputs.length >> 1; i >= 0; i--) this.#sink(i);
  }

  get first(): I | undefined {
    return this.#inputs[0];
  }

  /** The one that would be first without the first. */
  get second(): I | undefined {
    const [, left, right] = this.#inputs;
    return left !== undefined && right !== undefined && before(right, left) ? right : left;
  }

  /** Puts the first one, whose key has changed, where it belongs now. */
  moved(): void {
    this.#sink(0);
  }

  /** Takes the first one out, which has ended. */
  ended(): void {
    const last = this.#inputs.pop();
    if (last === undefined || this.#inputs.length === 0) return;
    this.#inputs[0] = last;
    this.#sink(0);
  }

  #sink(from: number): void {
    const inputs = this.#inputs;
    const sinking = inputs[from];
    if (sinking === undefined) return;
    let at = from;
    for (;;) {
      let child = 2 * at + 1;
      let least = inputs[child];
      if (least === undefined) break;
      const right = inputs[child + 1];
      if (right !== undefined && before(right, least)) {
        child += 1;
        least = right;
      }
      if (!before(least, sinking)) break;
      inputs[at] = least;
      at = child;
    }
    inputs[at] = sinking;
  }
}

function before(a: SortedInput, b: SortedInput): boolean {
  if (a.prefix !== b.prefix) return a.prefix < b.prefix;
  const order = Buffer.compare(a.key, b.key);
  return order === 0 ? a.order < b.order : order < 0;
}
