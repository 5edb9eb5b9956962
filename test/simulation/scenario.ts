/** What a seed makes of the world: inputs, jobs, faults, and what people do meanwhile. */
import { FAULT_KINDS, type FaultRates, LOSSES, swarm } from '../../functions/adapters/simulated/faults.ts';
import { Random } from '../../functions/adapters/simulated/random.ts';
import { ANY_ORDER, SORTED, WORKLOADS, type Workload } from './workloads.ts';

/** Something that somebody does, so long after the start. */
type Deed = { readonly atMs: number } & (
  | { readonly kind: 'upload' | 'overwrite'; readonly key: string; readonly bytes: Buffer }
  | { readonly kind: 'remove'; readonly key: string }
  | { readonly kind: 'deploy' | 'cancel' | 'count' }
);

/** A `.run.json`. */
export interface RequestDocument {
  /** A run that is gone on from: it has all else. */
  readonly redrive?: string;
  readonly objects?: readonly string[];
  readonly prefixes?: readonly string[];
  readonly params?: { readonly [name: string]: number };
  readonly chunkBytes: number;
  readonly groupSize: number;
  readonly partitions?: number;
}

/** What a process always dies of. */
export interface Deadly {
  readonly kind: 'run' | 'chunk' | 'node' | 'publish' | 'part';
  /** Of the chunk, node or part, modulo how many there are. */
  readonly nth: number;
  /** Requests until it dies. */
  readonly after: number;
}

export interface Scenario {
  readonly startMs: number;
  readonly workload: Workload;
  readonly deeds: readonly Deed[];
  readonly deadly: Deadly | undefined;
  readonly rates: FaultRates;
  readonly faultsMs: number;
  readonly merciful: boolean;
  readonly ticks: boolean;
  /** Of the job; shorter than some runs take. */
  readonly deadlineSeconds: number | undefined;
  readonly batchSize: number;
  readonly concurrencyMax: number;
  readonly firstPartBytes: number;
  /** Of S3: what it takes for a part. */
  readonly partBytesMin: number;
  /** Of a worker: less than any chunk comes to, or more. */
  readonly tableBytesMax: number;
  readonly pageChunksMax: number;
  /** How many times somebody goes on from a run that ended without its whole result. */
  readonly redrives: number;
  /** Whether as soon as it has ended, while others may still be at work on it. */
  readonly impatient: boolean;
}

const CHUNK_BYTES_MIN = 2;
/** A splitter that finds its pages standing must get through them in its five minutes: real plans have 100 at most. */
const PAGES_MAX = 200;

const DAY_MS = 24 * 3_600_000;

/** What a scenario is to be about, whatever its seed says. */
export interface Focus {
  /** Whether the watcher's clock ticks. */
  readonly watcher?: boolean;
  readonly workload?: string;
  readonly deed?: 'overwrite' | 'remove' | 'deploy' | 'cancel';
  readonly deadly?: Deadly['kind'];
  readonly redrives?: number;
}

export function scenarioOf(seed: number, focus: Focus = {}): Scenario {
  const random = new Random(seed, 'scenario');
  const picked = random.pick(WORKLOADS);
  // Streams of their own, here and below, so that the other scenarios stay what they were.
  const unsorted = new Random(seed, 'any order').chance(0.12) ? ANY_ORDER : picked;
  const drawn = new Random(seed, 'sorted').chance(0.12) ? SORTED : unsorted;
  const workload = [...WORKLOADS, ANY_ORDER, SORTED].find(({ name }) => name === focus.workload) ?? drawn;
  const deeds: Deed[] = [];
  const data = inputsOf(workload, random);
  for (const [key, bytes] of data) deeds.push({ atMs: 0, kind: 'upload', key, bytes });
  const asked = random.chance(0.15) ? 2 : 1;
  if (random.chance(0.02)) deeds.push({ atMs: 0, kind: 'upload', key: 'nothing/x', bytes: Buffer.from('x') });
  const inParts = new Random(seed, 'parts');
  const partitions = workload.divisible && inParts.chance(0.5) ? inParts.between(1, 6) : undefined;
  for (let nth = 0; nth < asked; nth++) deeds.push(request(workload, [...data.keys()], { nth, partitions }, random));
  deeds.push(...meanwhile(workload, data, focus, random));
  const chosen = random.chance(0.25);
  const ticks = focus.watcher ?? chosen;
  const kinds = FAULT_KINDS.filter((kind) => ticks || !LOSSES.includes(kind));
  const again = new Random(seed, 'redrives');
  const bytes = [...data.values()].reduce((sum, { length }) => sum + length, 0);
  return {
    startMs: Date.UTC(2026, 0, 1) + random.below(DAY_MS),
    workload,
    deeds,
    deadly: deadlyOf(partitions === undefined ? random : inParts, focus),
    rates: random.chance(0.05) ? {} : swarm(random, kinds),
    faultsMs: someTime(random),
    merciful: random.chance(0.93),
    ticks,
    deadlineSeconds: ticks && random.chance(0.15) ? random.pick([60, 300, 3_600]) : undefined,
    batchSize: random.pick([1, 1, 3, 10]),
    concurrencyMax: random.pick([2, 5, 100]),
    firstPartBytes: random.pick([64, 300, 700, 8 * 1024 * 1024]),
    partBytesMin: new Random(seed, 'joins').pick([1, 8, 30, 64]),
    tableBytesMax: random.pick([1, 500, 2 ** 20]),
    pageChunksMax: Math.max(random.pick([1, 3, 10, 10_000]), Math.ceil(bytes / CHUNK_BYTES_MIN / PAGES_MAX)),
    redrives: focus.redrives ?? again.pick([0, 1, 1, 2]),
    impatient: again.chance(0.4),
  };
}

/** Data below `_data/`, so that only the request starts a run. */
function inputsOf(workload: Workload, random: Random): Map<string, Buffer> {
  const { poison } = workload;
  const data = new Map<string, Buffer>();
  const poisoned = poison !== undefined && random.chance(0.15) ? random.between(1, 4) : 0;
  const objects = random.pick([0, 1, 1, 2, 3, 6]);
  for (let i = 0; i < objects; i++) {
    let bytes = workload.object(random);
    for (let left = i === objects - 1 ? poisoned : 0; left > 0; left--) bytes = insertLine(bytes, poison ?? '', random);
    const name = random.pick(['plain', 'with space', 'é+%', 'deep/er']);
    data.set(`${workload.name}/_data/${random.pick(['p', 'q'])}/${name}-${i}`, bytes);
  }
  return data;
}

/** A line of its own, before any other line. */
function insertLine(bytes: Buffer, line: string, random: Random): Buffer {
  const starts = [0, ...[...bytes.keys()].filter((at) => bytes[at] === 0x0a).map((at) => at + 1)];
  const at = random.pick(starts);
  return Buffer.concat([bytes.subarray(0, at), Buffer.from(`${line}\n`), bytes.subarray(at)]);
}

/** A `.run.json`, or now and then a plain upload that is its own input. */
function request(
  workload: Workload,
  keys: readonly string[],
  { nth, partitions }: { readonly nth: number; readonly partitions: number | undefined },
  random: Random,
): Deed {
  const { name } = workload;
  const atMs = nth === 0 ? random.below(1_000) : random.below(60_000);
  if (random.chance(0.1)) return { atMs, kind: 'upload', key: `${name}/direct ${nth}`, bytes: workload.object(random) };
  const inputs = random.pick([
    { objects: keys },
    { prefixes: [`${name}/_data/`] },
    { objects: keys.filter((key) => key.includes('/q/')), prefixes: [`${name}/_data/p/`] },
  ]);
  const document: RequestDocument = {
    ...inputs,
    chunkBytes: random.pick([CHUNK_BYTES_MIN, 5, 9, 20, 50, 200]),
    groupSize: random.pick([2, 2, 3, 5, 64]),
    ...(partitions === undefined ? {} : { partitions }),
    ...(random.chance(0.03) ? { params: { typo: 1 } } : {}),
  };
  const bytes = Buffer.from(JSON.stringify(document));
  return { atMs, kind: 'upload', key: `${name}/request-${nth}.run.json`, bytes };
}

/** What people do while the runs are on their way. */
function meanwhile(workload: Workload, data: ReadonlyMap<string, Buffer>, { deed }: Focus, random: Random): Deed[] {
  const deeds: Deed[] = [];
  const atMs = () => (random.chance(0.6) ? random.between(300, 12_000) : someTime(random));
  const [key, before] = data.size === 0 ? [] : random.pick([...data]);
  const happens = (kind: Focus['deed'], chance: number) => random.chance(chance) || deed === kind;
  if (key !== undefined && happens('overwrite', 0.12)) {
    const bytes = random.chance(0.5) ? workload.object(random) : altered(before ?? Buffer.alloc(0));
    deeds.push({ atMs: atMs(), kind: 'overwrite', key, bytes });
  }
  if (key !== undefined && happens('remove', 0.03)) deeds.push({ atMs: atMs(), kind: 'remove', key });
  if (happens('deploy', 0.12)) deeds.push({ atMs: atMs(), kind: 'deploy' });
  if (happens('cancel', 0.1)) deeds.push({ atMs: atMs(), kind: 'cancel' });
  for (let times = random.below(4); times > 0; times--) deeds.push({ atMs: random.below(20_000), kind: 'count' });
  return deeds;
}

/** Other records of the same lengths: nothing but its tag tells that the object is another. */
const altered = (bytes: Buffer) =>
  Buffer.from(
    bytes.toString('latin1').replace(/[bz]/g, (found) => (found === 'b' ? 'z' : 'b')),
    'latin1',
  );

function deadlyOf(random: Random, focus: Focus): Deadly | undefined {
  const strikes = random.chance(0.12);
  const kind = random.pick(['run', 'chunk', 'chunk', 'node', 'publish', 'part'] as const);
  const deadly = { kind: focus.deadly ?? kind, nth: random.below(20), after: random.below(kind === 'run' ? 20 : 5) };
  return strikes || focus.deadly !== undefined ? deadly : undefined;
}

/** From milliseconds to hours, each order of magnitude as likely. */
const someTime = (random: Random) => Math.round(10 ** (1.5 + 5.5 * random.next()));
