/** Virtual time: what happens when, one thing after the other, and no clock but this one. */

/** Real time that code may compute without asking the simulation for anything. */
const COMPUTING_MS_MAX = 60_000;

interface Planned {
  readonly atMs: number;
  /** Of two at the same time, what was planned first comes first. */
  readonly order: number;
  action: () => void;
  background: boolean;
}

export class Timeline {
  nowMs: number;
  /** Actions so far. */
  steps = 0;
  /** Processes that compute, and wait for nothing that is simulated. Time stands still for them. */
  computing = 0;
  /** Whether the action at hand let any code go on. */
  woken = false;
  readonly #heap: Planned[] = [];
  #order = 0;
  #foreground = 0;

  constructor(startMs: number) {
    this.nowMs = startMs;
  }

  /** Whether all that is planned is in the background. */
  get idle(): boolean {
    return this.#foreground === 0;
  }

  /**
   * @param background such as a clock's tick: it comes for ever, and nothing waits for it
   * @returns to be called when it has become pointless, before or after its time
   */
  after(delayMs: number, action: () => void, background = false): () => void {
    const planned: Planned = { atMs: this.nowMs + delayMs, order: this.#order++, action, background };
    this.#push(planned);
    if (!background) this.#foreground += 1;
    return () => this.#forget(planned);
  }

  #forget(planned: Planned): void {
    planned.action = () => {};
    if (!planned.background) this.#foreground -= 1;
    planned.background = true;
  }

  /** Does what comes next, and waits until all code that it let go on waits again; false if nothing is planned. */
  async step(): Promise<boolean> {
    const next = this.#pop();
    if (next === undefined) return false;
    this.steps += 1;
    this.nowMs = next.atMs;
    this.woken = false;
    next.action();
    this.#forget(next);
    if (this.woken) await this.#settled();
    return true;
  }

  /** After a turn of the event loop, everything that only awaited promises has come as far as it can. */
  async #settled(): Promise<void> {
    await turn();
    if (this.computing === 0) return;
    const since = performance.now();
    while (this.computing > 0) {
      if (performance.now() - since > COMPUTING_MS_MAX) {
        throw new Error('code under simulation waits for something that is not simulated, or does not end');
      }
      await turn();
    }
  }

  #push(planned: Planned): void {
    const heap = this.#heap;
    let at = heap.length;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = heap[parent];
      if (above === undefined || before(above, planned)) break;
      heap[at] = above;
      at = parent;
    }
    heap[at] = planned;
  }

  #pop(): Planned | undefined {
    const heap = this.#heap;
    const [first] = heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return first;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      let least = heap[child];
      if (least === undefined) break;
      const right = heap[child + 1];
      if (right !== undefined && before(right, least)) {
        child += 1;
        least = right;
      }
      if (before(last, least)) break;
      heap[at] = least;
      at = child;
    }
    heap[at] = last;
    return first;
  }
}

const before = (a: Planned, b: Planned) => a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order);

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));
