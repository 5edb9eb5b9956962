/**
 * A shorter list that still shows what a long one shows: pieces are left out, large ones first, as long as it does
 * (Zeller and Hildebrandt, "Simplifying and isolating failure-inducing input", 2002). The order stays.
 *
 * @param shows whether a list still shows it; asked `triesMax` times at most
 */
export async function shrinkList<T>(
  list: readonly T[],
  shows: (shorter: readonly T[]) => boolean | Promise<boolean>,
  triesMax: number,
): Promise<readonly T[]> {
  let kept = list;
  let tries = 0;
  for (let size = Math.ceil(kept.length / 2); size >= 1; ) {
    let shrunk = false;
    for (let at = kept.length - size; at > -size && tries < triesMax; at -= size) {
      const without = [...kept.slice(0, Math.max(0, at)), ...kept.slice(at + size)];
      if (without.length === kept.length) continue;
      tries += 1;
      if (!(await shows(without))) continue;
      kept = without;
      shrunk = true;
    }
    if (tries >= triesMax) break;
    if (size > 1) size = Math.ceil(size / 2);
    else if (!shrunk) break;
  }
  return kept;
}
