const LF = 0x0a;

/** Looks for the first position at or after another that follows a line feed: where records may start. */
export class AfterLineFeed {
  readonly #from: number;
  /** Once it is found. */
  at: number | undefined;

  constructor(from: number) {
    this.#from = from;
  }

  /** Looks through the next block, whose first byte stands at `blockAt` of the object. */
  look(block: Buffer, blockAt: number): void {
    if (this.at !== undefined || blockAt + block.length < this.#from) return;
    const lf = block.indexOf(LF, Math.max(0, this.#from - 1 - blockAt));
    if (lf >= 0) this.at = blockAt + lf + 1;
  }
}
