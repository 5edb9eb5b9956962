/** Something that runs code and makes requests: an environment of a function, or a command line. It may die, or stand still. */
import type { FaultKind } from './faults.ts';
import type { World } from './world.ts';

/** A request, for the trace and for choosing faults. */
export interface Request {
  /** As the SDK calls it. */
  readonly operation: string;
  readonly target: string;
  /** What the service answers where it is asked for too much. */
  readonly busy: () => Error;
  readonly busyKind: FaultKind;
}

type Strikes = (kind: FaultKind) => boolean;

/** A service at work on a request: its answer, or what it throws; it may ask whether a fault of its own strikes. */
type Serve<T> = (strikes: Strikes) => T;

/** Tries of one request: as many as the adapters let the SDK make. */
const TRIES_MAX = 8;
/** How long the SDK waits for an answer. */
const ANSWER_MS_MAX = 5_000;
const LATE_MS_MAX = 10 * 60_000;
const ZOMBIE_MS_MAX = 20 * 60_000;

export class Process {
  readonly name: string;
  readonly world: World;
  /** No fault strikes what it does: somebody's last try. */
  merciful = false;
  /** Requests after which it dies, whatever else happens. */
  diesAfter: number | undefined;
  /** Until it is given up; a process without one is never held up. */
  timeoutMs: number | undefined;
  /** It was given up, and goes on nevertheless. */
  zombie = false;
  /** Tells whoever waits for it. */
  onDeath: (why: string) => void = () => {};
  #state: 'running' | 'held' | 'dead' = 'running';
  #active = false;
  #waiting = 0;
  #counted = false;
  #answers: (() => void)[] = [];

  constructor(world: World, name: string) {
    this.world = world;
    this.name = name;
  }

  get dead(): boolean {
    return this.#state === 'dead';
  }

  /** Runs code; `ended` hears of it unless the process dies first. */
  run<T>(code: () => Promise<T>, ended: (outcome: { value: T } | { error: unknown }) => void): void {
    const end = (outcome: { value: T } | { error: unknown }) => {
      if (this.dead) return;
      this.#active = false;
      this.#count();
      ended(outcome);
    };
    this.#active = true;
    this.world.timeline.woken = true;
    this.#count();
    code().then(
      (value) => end({ value }),
      (error: unknown) => end({ error }),
    );
  }

  kill(why: string): void {
    if (this.dead) return;
    this.world.tell(this.name, () => `✗ dies: ${why}`);
    this.#state = 'dead';
    this.#answers = [];
    this.#count();
    this.onDeath(why);
  }

  /** What Lambda does to an environment between two invocations: what was left on its way stays there. */
  freeze(): void {
    if (this.#state === 'running') this.#state = 'held';
    this.#count();
  }

  thaw(): void {
    if (this.#state !== 'held') return;
    this.#state = 'running';
    const answers = this.#answers;
    this.#answers = [];
    for (const answer of answers) this.#deliver(answer);
    this.#count();
  }

  readonly strikes = (kind: FaultKind): boolean => !this.merciful && this.world.faults.strikes(kind);

  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.#wait(1);
      this.world.timeline.after(ms, () => this.#deliver(resolve));
    });
  }

  /** A moment later: what arrives of an answer that has begun. */
  arrival(): Promise<void> {
    return this.sleep(this.world.latency());
  }

  /** Makes a request as the SDK does: again and again, where no answer comes or the answer says so. */
  request<T>(request: Request, serve: Serve<T>): Promise<T> {
    const { world } = this;
    const nth = ++world.requests;
    world.heard?.(this.name, request.operation, request.target);
    const strikes = (kind: FaultKind) => world.isChosen(nth, kind) || this.strikes(kind);
    return new Promise((resolve, reject) => {
      if (this.dead) return;
      const done = this.diesAfter !== undefined && this.diesAfter-- <= 0;
      if (done) return this.kill('out of memory, as always');
      if (strikes('crashBefore')) return this.kill(`before ${nameOf(request)}`);
      if (strikes('memoryKill')) world.timeline.after(world.latency(), () => this.#exhaust());
      this.#wait(1);
      const hear = (outcome: Outcome<T>) => {
        if (this.dead) return;
        if (strikes('crashAfter')) return this.kill(`after ${nameOf(request)}`);
        this.#standStill(strikes);
        this.#deliver(() => ('error' in outcome ? reject(outcome.error) : resolve(outcome.value)));
      };
      if (strikes('outage')) this.#outage(request, serve, hear);
      else this.#try({ request, serve, strikes, hear }, 1);
    });
  }

  /** Unless the invocation that this was meant for is over, and the next is somebody's last try. */
  #exhaust(): void {
    if (!this.merciful) this.kill('out of memory');
  }

  #try<T>(asking: Asking<T>, nth: number): void {
    const { world } = this;
    const { timeline } = world;
    const { request, serve, strikes, hear } = asking;
    if (this.dead) return;
    const again = (outcome: Outcome<T>) => {
      if (nth >= TRIES_MAX) hear(outcome);
      else timeline.after(world.random.below(100 * 2 ** nth), () => this.#try(asking, nth + 1));
    };
    const unheard = () => void timeline.after(ANSWER_MS_MAX, () => again({ error: noAnswer() }));
    if (strikes('requestLost')) {
      world.tell(this.name, () => `${nameOf(request)} … lost on its way`);
      return unheard();
    }
    if (strikes('lateEffect')) {
      timeline.after(ANSWER_MS_MAX + world.random.below(LATE_MS_MAX), () => this.#serve(request, serve, 'late'));
      return unheard();
    }
    timeline.after(world.latency(), () => {
      const lost = strikes('answerLost');
      const outcome = strikes(request.busyKind)
        ? this.#told<T>(request, { error: request.busy() })
        : this.#serve(request, serve, lost ? 'answer lost' : '');
      if (lost) unheard();
      else if ('error' in outcome && isRetried(outcome.error)) again(outcome);
      else timeline.after(world.latency(), () => hear(outcome));
    });
  }

  /** The SDK gives up, after a while; nobody knows what came of it. */
  #outage<T>(request: Request, serve: Serve<T>, hear: (outcome: Outcome<T>) => void): void {
    const { timeline, random } = this.world;
    if (random.chance(0.5)) timeline.after(random.below(30_000), () => this.#serve(request, serve, 'answers lost'));
    timeline.after(30_000, () => hear({ error: request.busy() }));
  }

  #serve<T>(request: Request, serve: Serve<T>, note: string): Outcome<T> {
    try {
      return this.#told(request, { value: serve(this.strikes) }, note);
    } catch (error) {
      return this.#told(request, { error }, note);
    }
  }

  #told<T>(request: Request, outcome: Outcome<T>, note = ''): Outcome<T> {
    this.world.tell(this.name, () => {
      const answer = 'error' in outcome ? ` → ${outcome.error instanceof Error ? outcome.error.name : 'error'}` : '';
      return `${nameOf(request)}${answer}${note === '' ? '' : ` … ${note}`}`;
    });
    return outcome;
  }

  /** Until its time-out ends it, or beyond that. */
  #standStill(strikes: Strikes): void {
    const { timeoutMs, world } = this;
    if (timeoutMs === undefined || this.#state !== 'running') return;
    if (strikes('timeOut')) {
      this.freeze();
    } else if (strikes('zombie')) {
      this.zombie = true;
      this.freeze();
      world.timeline.after(timeoutMs + world.random.below(ZOMBIE_MS_MAX), () => {
        world.tell(this.name, () => 'goes on, long after it was given up');
        this.thaw();
      });
    }
  }

  #deliver(answer: () => void): void {
    if (this.dead) return;
    if (this.#state === 'held') {
      this.#answers.push(answer);
      return;
    }
    this.world.timeline.woken = true;
    this.#wait(-1);
    answer();
  }

  #wait(change: 1 | -1): void {
    this.#waiting += change;
    this.#count();
  }

  /** Whether it computes at the moment: then time must stand still. */
  #count(): void {
    const counted = this.#active && this.#state === 'running' && this.#waiting === 0;
    if (counted !== this.#counted) this.world.timeline.computing += counted ? 1 : -1;
    this.#counted = counted;
  }
}

/** A request on its way. */
interface Asking<T> {
  readonly request: Request;
  readonly serve: Serve<T>;
  readonly strikes: Strikes;
  readonly hear: (outcome: Outcome<T>) => void;
}

type Outcome<T> = { readonly value: T } | { readonly error: unknown };

const nameOf = ({ operation, target }: Request) => `${operation} ${target}`;

const noAnswer = () => Object.assign(new Error('no answer'), { name: 'TimeoutError', code: 'ECONNRESET' });

/** As the SDK decides: servers in trouble, and connections that broke. */
function isRetried(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if ('code' in error && error.code === 'ECONNRESET') return true;
  const status = '$metadata' in error ? (error.$metadata as { readonly httpStatusCode?: number }).httpStatusCode : 0;
  return status !== undefined && (status >= 500 || status === 429);
}
