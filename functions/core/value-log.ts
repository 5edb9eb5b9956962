/**
 * Encoded values of many keys in the order of their coming, outside of V8's heap, each with the place of the one of its
 * key before it. To take a value is to write it behind the last; only who reads those of one key goes from place to place.
 */
import { copyBytes } from './bytes.ts';
import { letGoOfPages, PAGE_BYTES, takePage } from './pages.ts';

/** In front of a value: the place of another one of its key, or 0. */
const LINK_BYTES = 4;
/** Values that are not shorter have a page of their own, so that no page ends with more than that empty. */
const LONG_BYTES_MIN = PAGE_BYTES / 8;
/** Places are 32-bit numbers. */
const PAGES_MAX = 2 ** 32 / PAGE_BYTES;

export class ValueLog {
  /** The first byte of each has the place PAGE_BYTES times its index; only those of long values are of another length. */
  #pages: Buffer[] = [];
  /** The page that has room from `#at` on: no page at first. */
  #page: Buffer = Buffer.alloc(0);
  #pageStart = 0;
  #at = PAGE_BYTES;
  /** What it takes. */
  bytes = 0;

  /** Whether there may be no room for another value. */
  get full(): boolean {
    return this.#pages.length >= PAGES_MAX;
  }

  /** Appends the first bytes of `from`, and returns their place; `before` is the place of others of the key, or 0. */
  append(from: Buffer, length: number, before: number): number {
    const bytes = LINK_BYTES + length;
    this.bytes += bytes;
    if (bytes >= LONG_BYTES_MIN) {
      const page = Buffer.allocUnsafeSlow(bytes);
      page.writeUInt32LE(before);
      from.copy(page, LINK_BYTES, 0, length);
      return this.#add(page);
    }
    if (this.#at + bytes > PAGE_BYTES) this.#turnPage();
    const page = this.#page;
    const place = this.#at;
    page.writeUInt32LE(before, place);
    copyBytes(page, place + LINK_BYTES, from, 0, length);
    this.#at += bytes;
    return this.#pageStart + place;
  }

  /** The place of the first value of a key, and from there each one's next by `linkOf`. The last one's link is turned, too. */
  fromFirst(last: number): number {
    let next = 0;
    for (let place = last; ; ) {
      const page = this.pageOf(place);
      const at = place % PAGE_BYTES;
      const before = linkAt(page, at);
      page.writeUInt32LE(next, at);
      if (before === 0) return place;
      next = place;
      place = before;
    }
  }

  linkOf(place: number): number {
    return linkAt(this.pageOf(place), place % PAGE_BYTES);
  }

  /** Where a value lies: in this page, from `startOf` on. */
  pageOf(place: number): Buffer {
    return this.#pages[Math.floor(place / PAGE_BYTES)] as Buffer; // of a place that was given
  }

  startOf(place: number): number {
    return (place % PAGE_BYTES) + LINK_BYTES;
  }

  /** Takes out all values. */
  clear(): void {
    letGoOfPages(this.#pages);
    this.#pages = [];
    this.#at = PAGE_BYTES;
    this.bytes = 0;
  }

  #turnPage(): void {
    this.bytes += PAGE_BYTES - this.#at;
    this.#page = takePage();
    this.#pageStart = this.#add(this.#page);
    this.#at = this.#pageStart === 0 ? LINK_BYTES : 0; // 0 is no place
  }

  #add(page: Buffer): number {
    if (this.#pages.length === 0 && page.length !== PAGE_BYTES) this.#pages.push(Buffer.alloc(0)); // 0 is no place
    return (this.#pages.push(page) - 1) * PAGE_BYTES;
  }
}

/** As `readUInt32LE`, which asks first whether there are so many bytes. */
const linkAt = (page: Buffer, at: number): number =>
  (((page[at + 3] as number) << 24) |
    ((page[at + 2] as number) << 16) |
    ((page[at + 1] as number) << 8) |
    (page[at] as number)) >>>
  0;
