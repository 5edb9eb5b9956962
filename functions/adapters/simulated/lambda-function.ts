/** A Lambda function: environments that are made, used one invocation at a time, frozen in between, and lost. */
import { type Account, Scaling } from './capacity.ts';
import { Process } from './process.ts';
import type { World } from './world.ts';

export type Handler = (event: never) => Promise<unknown>;

export interface FunctionOptions {
  readonly name: string;
  readonly timeoutMs: number;
  /** Loads the code that is deployed at the moment into a new environment. */
  readonly load: (process: Process) => Handler;
  /** What all functions have together, where that is bounded. */
  readonly account?: Account | undefined;
  /** How likely an environment that waits is lost, each time that one is looked for. @default 0.1 */
  readonly lossChance?: number | undefined;
}

/** How an invocation went, for whoever waits for it. */
export type Outcome = { readonly value: unknown } | { readonly error: string };

export interface InvocationOptions {
  /** No fault strikes it. */
  readonly merciful: boolean;
  /** It dies after so many requests. */
  readonly diesAfter?: number | undefined;
}

interface Environment {
  readonly process: Process;
  readonly handler: Handler;
}

export class SimulatedFunction {
  readonly name: string;
  /** Environments made so far. */
  environments = 0;
  /** Invocations at work. */
  running = 0;
  invocations = 0;
  /** What is paid for, cold starts included. Milliseconds. */
  billedMs = 0;
  readonly #scaling: Scaling;
  readonly #world: World;
  readonly #options: FunctionOptions;
  readonly #idle: Environment[] = [];

  constructor(world: World, options: FunctionOptions) {
    this.#world = world;
    this.#options = options;
    this.name = options.name;
    this.#scaling = new Scaling(world.timeline);
  }

  /** Invocations that would find capacity now. */
  get room(): number {
    const { account } = this.#options;
    return account === undefined
      ? Number.POSITIVE_INFINITY
      : Math.min(account.room, this.#idle.length + this.#scaling.room);
  }

  /** New code is there. Environments that work finish with the old; of the others, some live on for a while. */
  deployed(): void {
    const { random } = this.#world;
    for (let i = this.#idle.length - 1; i >= 0; i--) if (random.chance(0.7)) this.#retire(i);
  }

  invoke(event: unknown, options: InvocationOptions, ended: (outcome: Outcome) => void): void {
    const { timeline, random } = this.#world;
    this.running += 1;
    this.invocations += 1;
    this.#options.account?.began();
    const environment = this.#reuse();
    const coldMs = environment === undefined ? random.between(100, 1_500) : 0;
    if (environment === undefined) this.#scaling.made();
    this.billedMs += coldMs;
    timeline.after(coldMs, () => this.#run(environment ?? this.#make(), event, options, ended));
  }

  #run(environment: Environment, event: unknown, options: InvocationOptions, ended: (outcome: Outcome) => void): void {
    const { timeline } = this.#world;
    const tell = (what: () => string) => this.#world.tell(process.name, what);
    const { process, handler } = environment;
    const beganAtMs = timeline.nowMs;
    let over = false;
    const end = (outcome: Outcome) => {
      if (over) return;
      over = true;
      inTime();
      this.running -= 1;
      this.billedMs += timeline.nowMs - beganAtMs;
      this.#options.account?.ended();
      tell(() => ('error' in outcome ? `└ fails: ${outcome.error}` : `└ ends ${told(outcome.value)}`));
      // Not from within the code of the process: whoever waits hears of it later.
      timeline.after(0, () => ended(outcome));
    };
    tell(() => `┌ ${told(event)}${options.merciful ? ', nothing may go wrong' : ''}`);
    process.merciful = options.merciful;
    process.diesAfter = options.diesAfter;
    process.timeoutMs = this.#options.timeoutMs;
    process.onDeath = (why) => end({ error: why });
    process.thaw();
    const inTime = timeline.after(this.#options.timeoutMs, () => {
      if (over) return;
      end({ error: 'timed out' });
      if (!process.zombie) process.kill('timed out');
    });
    process.run(
      () => handler(event as never), // a handler gets what its own event source makes
      (outcome) => {
        if (over) return process.kill('nobody waits for it any more');
        process.freeze();
        this.#idle.push(environment);
        end('error' in outcome ? { error: messageOf(outcome.error) } : outcome);
      },
    );
  }

  /** An idle environment, most of the time. */
  #reuse(): Environment | undefined {
    const { random } = this.#world;
    while (this.#idle.length > 0) {
      const at = random.below(this.#idle.length);
      const alive = this.#idle[at]?.process.dead === false;
      if (alive && !random.chance(this.#options.lossChance ?? LOSS_CHANCE)) return this.#idle.splice(at, 1)[0];
      this.#retire(at);
    }
    return undefined;
  }

  #retire(at: number): void {
    const [environment] = this.#idle.splice(at, 1);
    if (environment === undefined) return;
    environment.process.onDeath = () => {};
    environment.process.kill('is not needed any more');
  }

  #make(): Environment {
    const process = new Process(this.#world, `${this.name}#${this.environments++}`);
    return { process, handler: this.#options.load(process) };
  }
}

const LOSS_CHANCE = 0.1;
const TOLD_CHARACTERS_MAX = 160;

function told(value: unknown): string {
  const text = JSON.stringify(value) ?? '';
  return text.length > TOLD_CHARACTERS_MAX ? `${text.slice(0, TOLD_CHARACTERS_MAX)}…` : text;
}

const messageOf = (error: unknown) => (error instanceof Error ? `${error.name}: ${error.message}` : String(error));
