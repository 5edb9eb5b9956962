/** One seed: a scenario, played to its end, and judged. */

import { GetQueueAttributesCommand } from '@aws-sdk/client-sqs';
import { clientsOf } from '../../functions/adapters/simulated/clients.ts';
import type { FaultKind } from '../../functions/adapters/simulated/faults.ts';
import { Random } from '../../functions/adapters/simulated/random.ts';
import { Simulation } from '../../functions/adapters/simulated/simulation.ts';
import { CHUNKS_URL, INPUT } from '../../functions/adapters/simulated/stations.ts';
import type { WorldOptions } from '../../functions/adapters/simulated/world.ts';
import { judge } from './judge.ts';
import { Redrives } from './redrives.ts';
import { type Deadly, type Focus, type Scenario, scenarioOf } from './scenario.ts';

export interface SeedReport {
  readonly seed: number;
  /** What is wrong, as sentences; empty where all is well. */
  readonly violations: readonly string[];
  readonly faults: ReadonlyMap<FaultKind, number>;
  /** What the runs came to, and other situations that a suite must have met. */
  readonly met: readonly string[];
  readonly requests: number;
}

export interface PlayOptions {
  readonly trace?: (line: string) => void;
  /** One fault more, at one request. */
  readonly strike?: WorldOptions['strike'];
}

export const playSeed = (seed: number, { focus, ...options }: PlayOptions & { readonly focus?: Focus } = {}) =>
  play(seed, scenarioOf(seed, focus), options);

export async function play(seed: number, scenario: Scenario, options: PlayOptions = {}): Promise<SeedReport> {
  const { workload } = scenario;
  const { deadlineSeconds } = scenario;
  const deadline = deadlineSeconds === undefined ? {} : { deadlineSeconds };
  const deployed = (version: number) => ({ job: workload.job(version, deadline), digest: `version-${version}` });
  const digests = ['version-1'];
  const cancelled = new Map<string, unknown>();
  const simulation = new Simulation({
    seed,
    ...scenario,
    faults: scenario.rates,
    memory: { tableBytesMax: scenario.tableBytesMax },
    jobs: [deployed(1)],
    // What always kills is mended before anybody tries again.
    diesAfter: (message) => (redrives.asked.size > 0 ? undefined : diesAfter(scenario.deadly, message)),
    ...options,
  });
  const redrives = new Redrives(simulation, scenario);
  let asked = 0;
  simulation.deployment.services.s3.onWrite((bucket, key) => {
    if (bucket === INPUT && !key.includes('/_data/')) asked += 1;
  });
  const { timeline } = simulation.world;
  const random = new Random(seed, 'deeds');
  for (const deed of scenario.deeds) {
    const act = () => {
      if (deed.kind === 'upload' || deed.kind === 'overwrite') simulation.upload(deed.key, deed.bytes);
      if (deed.kind === 'remove') simulation.remove(deed.key);
      if (deed.kind === 'count') count(simulation);
      if (deed.kind === 'deploy') {
        digests.push('version-2');
        simulation.deployment.deploy([deployed(2)]);
      }
      if (deed.kind === 'cancel' && simulation.runs.length > 0) {
        const { run, job } = random.pick(simulation.runs);
        cancelled.set(run, undefined);
        simulation.cancel(run, job, (manifest) => cancelled.set(run, manifest));
      }
    };
    if (deed.atMs === 0) act();
    else timeline.after(deed.atMs, act);
  }
  await simulation.toTheEnd();
  while (redrives.ask()) await simulation.toTheEnd();
  const { violations } = simulation.witness;
  const wrong = (what: string) => violations.push(what);
  for (const body of simulation.deployment.dead) {
    const { merciful, deadly, batchSize } = scenario;
    // A message that kills its process takes the others of its batch along, each time.
    const deserved = !merciful || diesAfter(deadly, JSON.parse(body)) !== undefined;
    if (!deserved && (deadly === undefined || batchSize === 1))
      wrong(`was given up, though its last try met no fault: ${body}`);
  }
  const happened = { digests, cancelled: new Set(cancelled.keys()), redriven: redrives.asked };
  for (const run of simulation.runs) judge(simulation, scenario, happened, run, wrong);
  for (const { run, manifest } of simulation.runs) {
    const told = cancelled.get(run);
    if (told !== undefined && JSON.stringify(told) !== JSON.stringify(manifest))
      wrong(`${run}: cancel told of another end`);
  }
  const lost = simulation.deployment.notificationsLost();
  if (simulation.runs.length > asked) wrong(`${simulation.runs.length} runs came of ${asked} uploads`);
  if (simulation.runs.length < asked - lost)
    wrong(`${simulation.runs.length} runs came of ${asked} uploads, ${lost} unheard`);
  return {
    seed,
    violations,
    faults: simulation.world.faults.counts,
    met: [...metBy(scenario, simulation), ...redrives.met],
    requests: simulation.world.requests,
  };
}

/** Somebody looks at the queue, as a dashboard does: what it is told helps nobody. */
function count(simulation: Simulation): void {
  const process = simulation.deployment.outsider('dashboard');
  const { sqs } = clientsOf(process, simulation.deployment.services);
  process.run(
    () => sqs.send(new GetQueueAttributesCommand({ QueueUrl: CHUNKS_URL })),
    () => {},
  );
}

function diesAfter(deadly: Deadly | undefined, message: unknown): number | undefined {
  if (deadly === undefined || typeof message !== 'object' || message === null) return undefined;
  const { kind, chunk, chunks, part, parts, index } = message as { readonly kind?: string } & Partial<
    Record<'chunk' | 'chunks' | 'part' | 'parts' | 'index', number>
  >;
  const is = { chunk: deadly.nth % (chunks ?? 1) === chunk, part: deadly.nth % (parts ?? 1) === part };
  const nth = kind === 'chunk' || kind === 'part' ? is[kind] : kind !== 'node' || deadly.nth % 3 === index;
  return (kind ?? 'run') === deadly.kind && nth ? deadly.after : undefined;
}

function metBy(scenario: Scenario, simulation: Simulation): string[] {
  const met = simulation.runs.map(({ manifest }) => `${manifest?.state} ${manifest?.reason?.code ?? ''}`.trim());
  if (simulation.runs.some(({ manifest }) => (manifest?.results.length ?? 0) > 1)) met.push('several parts');
  met.push(scenario.workload.name, scenario.ticks ? 'watcher on' : 'watcher off');
  if (simulation.deployment.scratch.bytesWritten > 0) met.push('spilled');
  if (simulation.deployment.services.s3.copied > 0) met.push('copied');
  for (const body of simulation.deployment.dead) {
    met.push(`dead ${(JSON.parse(body) as { kind?: string }).kind ?? 'notification'}`);
  }
  return met;
}
