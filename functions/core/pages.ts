/** Memory outside of V8's heap in pages of one size, which are used again: garbage of that kind is collected late. */
import { IDLE_PAGES_BYTES_MAX } from '../limits.ts';

export const PAGE_BYTES = 64 * 1024;

const idle: Buffer[] = [];

/** A page that nobody else uses; what stands in it is of who had it before. */
export const takePage = (): Buffer => idle.pop() ?? Buffer.allocUnsafeSlow(PAGE_BYTES);

/** Gives pages to who comes next, as far as they may be kept. Buffers of other lengths are none. */
export function letGoOfPages(pages: readonly Buffer[]): void {
  for (const page of pages) {
    if (page.length === PAGE_BYTES && idle.length * PAGE_BYTES < IDLE_PAGES_BYTES_MAX) idle.push(page);
  }
}
