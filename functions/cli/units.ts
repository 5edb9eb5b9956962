/** Numbers as people read them. */

/** By hand: `Intl` takes 9 ms to load, a tenth of a small run. */
export const count = (n: number) => String(Math.round(n)).replace(/\B(?=(\d{3})+$)/g, ',');

/** `1 chunk`, `2 chunks`. */
export const counted = (n: number, noun: string) => `${count(n)} ${noun}${n === 1 ? '' : 's'}`;

/** Decimal units, as disks and networks are sold. */
export function bytes(n: number): string {
  if (n < 1000) return `${Math.round(n)} B`;
  const [size, unit] =
    n < 1e6 ? [n / 1e3, 'kB'] : n < 1e9 ? [n / 1e6, 'MB'] : n < 1e12 ? [n / 1e9, 'GB'] : [n / 1e12, 'TB'];
  return `${size.toFixed(1)} ${unit}`;
}

export function duration(ms: number): string {
  if (ms < 60_000) return `${(ms / 1000).toFixed(ms < 10_000 ? 1 : 0)} s`;
  const seconds = Math.round(ms / 1000);
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor((seconds % 3600) / 60)];
  return hours > 0 ? `${hours} h ${minutes} min` : `${minutes} min ${seconds % 60} s`;
}
