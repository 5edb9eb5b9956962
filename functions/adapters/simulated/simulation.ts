/** One simulated run of the world, from a seed to the end of every run that was asked for. */
import type { Manifest } from '../../core/manifest.ts';
import { cancelRun } from '../../watcher/early-ends.ts';
import { type DeploymentOptions, SimulatedDeployment } from './deployment.ts';
import { INPUT, RESULTS } from './stations.ts';
import { Witness } from './witness.ts';
import { World, type WorldOptions } from './world.ts';

export interface SimulationOptions extends WorldOptions, DeploymentOptions {
  /** When faults end, counted from the start: then every run must come to its end. */
  readonly faultsMs: number;
}

/** A run that was accepted. */
export interface AcceptedRun {
  readonly run: string;
  readonly job: string;
  /** Undefined if it never ended. */
  readonly manifest: Manifest | undefined;
}

/** Without faults, and after them, nothing takes longer: some receives of a message that stays invisible half an hour. */
const END_MS_MAX = 12 * 3_600_000;
const STEPS_MAX = 400_000;

export class Simulation {
  readonly world: World;
  readonly deployment: SimulatedDeployment;
  readonly witness: Witness;
  readonly #faultsMs: number;
  readonly #ticks: boolean;

  constructor(options: SimulationOptions) {
    this.world = new World(options);
    this.deployment = new SimulatedDeployment(this.world, options);
    this.witness = new Witness(this.deployment.services.s3);
    this.#faultsMs = options.faultsMs;
    this.#ticks = options.ticks;
  }

  /** Puts an object into the input bucket: it may overwrite, and S3 tells of it. */
  upload(key: string, bytes: Uint8Array): void {
    this.world.tell('user', () => `uploads ${key}, ${bytes.length} bytes`);
    this.deployment.services.s3.upload(INPUT, key, bytes);
  }

  remove(key: string): void {
    this.world.tell('user', () => `deletes ${key}`);
    this.deployment.services.s3.bucket(INPUT).delete(key);
  }

  /** Cancels a run as the command line does. */
  cancel(run: string, job: string, told: (manifest: Manifest) => void): void {
    const process = this.deployment.outsider('cancel');
    process.run(
      () => cancelRun(run, job, this.deployment.servicesFor(process)),
      (outcome) => {
        if ('value' in outcome) told(outcome.value);
      },
    );
  }

  /** Every run that was accepted so far, or that ended before it was. */
  get runs(): AcceptedRun[] {
    const runs = new Map<string, string>();
    for (const [key] of this.deployment.services.s3.bucket(RESULTS).list('')) {
      const [, marked] = /^watch\/[^/]+\/([^/]+\/[^/]+)\.json$/.exec(key) ?? [];
      const [, ended] = /^([^/]+\/[^/]+)\/manifest\.json$/.exec(key) ?? [];
      const [job, run] = (marked ?? ended ?? '').split('/');
      if (job !== undefined && run !== undefined) runs.set(run, job);
    }
    return [...runs].map(([run, job]) => ({
      run,
      job,
      manifest: this.witness.document<Manifest>(`${job}/${run}/manifest.json`),
    }));
  }

  /** Lets time pass until every run has ended and nothing is left to do. May be called again, and begins with faults. */
  async toTheEnd(): Promise<void> {
    const { world } = this;
    const { timeline } = world;
    world.faults.over = false;
    timeline.after(this.#faultsMs, () => {
      world.tell('world', () => 'no faults from here on');
      world.faults.over = true;
    });
    const endMs = timeline.nowMs + this.#faultsMs + END_MS_MAX;
    const stepsMax = timeline.steps + STEPS_MAX;
    while (!(timeline.idle && (!this.#ticks || this.runs.every(({ manifest }) => manifest !== undefined)))) {
      if (timeline.nowMs > endMs || timeline.steps > stepsMax || !(await timeline.step())) break;
    }
    for (const { run, manifest } of this.runs) {
      if (manifest === undefined) this.witness.violations.push(`the run ${run} never ended`);
    }
  }
}
