/** Milliseconds that never go back. `performance` loads what takes 4 ms. */
export const monotonicMs = (): number => Number(process.hrtime.bigint()) / 1e6;
