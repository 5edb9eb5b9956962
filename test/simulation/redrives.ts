/** Somebody goes on from runs that ended without their whole result, by the code of the command line. */
import { clientsOf } from '../../functions/adapters/simulated/clients.ts';
import type { AcceptedRun, Simulation } from '../../functions/adapters/simulated/simulation.ts';
import { INPUT, RESULTS } from '../../functions/adapters/simulated/stations.ts';
import { askForRedrive } from '../../functions/cli/redrive-remote.ts';
import { canBeRedriven } from '../../functions/core/manifest.ts';
import { Evidence } from './evidence.ts';
import type { Scenario } from './scenario.ts';

/** Before somebody impatient has seen how a run ended. */
const LOOK_MS = 1_000;

export class Redrives {
  /** Runs that were gone on from, each with the chunks that were done by then. */
  readonly asked = new Map<string, readonly number[]>();
  readonly #simulation: Simulation;
  readonly #scenario: Scenario;

  constructor(simulation: Simulation, scenario: Scenario) {
    this.#simulation = simulation;
    this.#scenario = scenario;
    const { services } = simulation.deployment;
    if (!scenario.impatient || scenario.redrives === 0) return;
    services.s3.onWrite((bucket, key) => {
      if (bucket === RESULTS && key.endsWith('/manifest.json'))
        simulation.world.timeline.after(LOOK_MS, () => this.ask());
    });
  }

  /** Asks for one, unless there is nothing to go on from, or somebody has asked often enough. */
  ask(): boolean {
    const earlier = this.asked.size < this.#scenario.redrives ? this.#simulation.runs.find(this.#isFit) : undefined;
    if (earlier === undefined) return false;
    const { run, job } = earlier;
    this.asked.set(run, new Evidence(this.#simulation, this.#scenario, run, job).done);
    const { deployment } = this.#simulation;
    const process = deployment.outsider('redrive');
    const remote = {
      deployment: { stack: 'simulated', construct: 'Fanfold', input: INPUT, results: RESULTS, jobs: undefined },
      clients: clientsOf(process, deployment.services),
      services: deployment.servicesFor(process),
    };
    process.run(
      () => askForRedrive(remote, { run }, `redrive-${this.asked.size}`),
      () => {},
    );
    return true;
  }

  /** What came of them, as far as there is a run. */
  get met(): string[] {
    return this.#simulation.runs.flatMap(({ manifest }) =>
      manifest?.adopted === undefined ? [] : [`adopted, ${manifest.state}`],
    );
  }

  readonly #isFit = ({ run, manifest }: AcceptedRun) =>
    manifest !== undefined && canBeRedriven(manifest) && !this.asked.has(run);
}
