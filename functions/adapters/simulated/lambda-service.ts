/** Lambda's asynchronous invocation: events that wait, are tried three times, and then go to the dead letters. */
import { InvokeCommand } from '@aws-sdk/client-lambda';
import type { SimulatedFunction } from './lambda-function.ts';
import type { SimulatedQueue } from './sqs-queue.ts';
import type { World } from './world.ts';

export interface AsyncOptions {
  /** Tries after the first. */
  readonly retries: number;
  readonly ageMsMax: number;
  /** Gets a record of what was given up. */
  readonly onFailure?: SimulatedQueue;
  /** The last try is free of faults. */
  readonly merciful: boolean;
  /** Whether an event is lost, here and now. */
  readonly loses?: (payload: string) => boolean;
  /** Requests after which the function dies whenever it gets this payload. */
  readonly diesAfter?: (payload: string) => number | undefined;
  readonly onDead?: (payload: string) => void;
}

/** "Lambda waits a minute before the second try, and two before the third."
 * https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html */
const PAUSES_MS = [60_000, 120_000];
/** Of events that find no capacity: from a second up to five minutes, and that is no try. */
const THROTTLED_MS_MAX = 5 * 60_000;
const LATE_MS_MAX = 10 * 60_000;

export class LambdaService {
  readonly #world: World;
  readonly #functions = new Map<string, { target: SimulatedFunction; options: AsyncOptions }>();

  constructor(world: World) {
    this.#world = world;
  }

  add(target: SimulatedFunction, options: AsyncOptions): void {
    this.#functions.set(target.name, { target, options });
  }

  answer(command: object): object {
    if (!(command instanceof InvokeCommand))
      throw new Error(`the simulated Lambda knows no ${command.constructor.name}`);
    const { FunctionName = '', InvocationType, Payload } = command.input;
    if (InvocationType !== 'Event') throw new Error('the simulated Lambda is only invoked asynchronously');
    if (!(Payload instanceof Uint8Array)) throw new Error('the simulated Lambda takes payloads as bytes');
    this.invoke(FunctionName, Buffer.from(Payload).toString());
    return { StatusCode: 202 };
  }

  invoke(name: string, payload: string): void {
    const { faults, random, timeline } = this.#world;
    const known = this.#functions.get(name);
    if (known === undefined) throw new Error(`there is no function ${name}`);
    const { options } = known;
    if (options.loses?.(payload)) {
      this.#world.tell(name, () => `the event ${payload} is lost`);
      return;
    }
    for (let copies = faults.strikes('invokedTwice') ? 2 : 1; copies > 0; copies--) {
      const lateMs = faults.strikes('invokedLate') ? random.below(LATE_MS_MAX) : this.#world.latency();
      const event = { payload, sentAtMs: timeline.nowMs, tries: 0, refusals: 0 };
      timeline.after(lateMs, () => this.#try(known, event));
    }
  }

  #try(known: { target: SimulatedFunction; options: AsyncOptions }, event: Waiting): void {
    const { faults, random, timeline } = this.#world;
    const { target, options } = known;
    const merciful = options.merciful && event.tries >= options.retries;
    const { nowMs } = timeline;
    if (nowMs - event.sentAtMs > options.ageMsMax) return this.#giveUp(options, event, 'EventAgeExceeded', 'too old');
    if ((!merciful && faults.strikes('throttled')) || target.room === 0) {
      const most = Math.min(THROTTLED_MS_MAX, 1_000 * 2 ** event.refusals++);
      timeline.after(random.below(most), () => this.#try(known, event));
      return;
    }
    event.tries += 1;
    const diesAfter = options.diesAfter?.(event.payload);
    target.invoke(JSON.parse(event.payload), { merciful, diesAfter }, (outcome) => {
      if (!('error' in outcome)) return;
      if (event.tries > options.retries) this.#giveUp(options, event, 'RetriesExhausted', outcome.error);
      else timeline.after(PAUSES_MS[event.tries - 1] ?? 0, () => this.#try(known, event));
    });
  }

  /** https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html */
  #giveUp({ onFailure, onDead }: AsyncOptions, event: Waiting, condition: string, errorMessage: string): void {
    onDead?.(event.payload);
    onFailure?.send(
      JSON.stringify({
        version: '1.0',
        timestamp: new Date(this.#world.timeline.nowMs).toISOString(),
        requestContext: { condition, approximateInvokeCount: event.tries },
        requestPayload: JSON.parse(event.payload),
        responseContext: { statusCode: 200, functionError: 'Unhandled' },
        responsePayload: { errorMessage },
      }),
    );
  }
}

/** An event, as it waits. */
interface Waiting {
  readonly payload: string;
  readonly sentAtMs: number;
  tries: number;
  refusals: number;
}
