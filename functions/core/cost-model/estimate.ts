/** Seconds and dollars of a run, from its shape. Pure; what it takes for granted is in assumptions.ts. */
import { PROCESSOR_MIB, SEGMENTS_PER_CHUNK_MAX } from '../../limits.ts';
import { chooseGeometry } from '../geometry.ts';
import { processorsOf } from '../processors.ts';
import { chunkRamp, type Ramp, secondsForChunks, workersAt } from '../ramp.ts';
import * as known from './assumptions.ts';
import { type FanIn, joiningFanIn, mergingFanIn } from './fan-in.ts';

/** A job on an input. */
export interface RunShape {
  /** Bytes, and objects that they are in. */
  readonly bytes: number;
  readonly objects: number;
  /** What one processor does with the job's input, until the partial is written. MB/s. */
  readonly megabytesPerSecond: number;
  /** What the plan takes for that: the format says it. MB/s. */
  readonly plannedMegabytesPerSecond: number;
  readonly growth: PartialGrowth;
  /** Whether large objects are cut into chunks. */
  readonly cuttable: boolean;
  /** Whether the result is joined where its rows are stored. @default false */
  readonly joins?: boolean;
  /** @default chosen as the splitter does */
  readonly chunkBytes?: number;
  readonly groupSize?: number;
}

/** What a partial takes: so many bytes for so much input, and for more of it a power of that: 0 if all keys are known. */
export interface PartialGrowth {
  readonly inputBytes: number;
  readonly partialBytes: number;
  /** 0 to 1. */
  readonly exponent: number;
}

export interface Deployed {
  readonly workerMemoryMiB: number;
  readonly aggregatorMemoryMiB: number;
  readonly architecture: keyof typeof known.LAMBDA_GB_SECOND;
  readonly ramp: Ramp;
  /** Provisioned, if any: `min` of them are there all the time. */
  readonly pollers?: { readonly min: number };
}

export interface Estimate {
  readonly chunks: number;
  readonly chunkBytes: number;
  readonly groupSize: number;
  /** Why chunks are of this size. */
  readonly because: string;
  /** Merges one after the other between the last chunk and the manifest, publication included. */
  readonly depth: number;
  /** Nodes of the tree above the chunks, without publication. */
  readonly nodes: number;
  readonly parts: number;
  /** At the same time, at most. */
  readonly workers: number;
  readonly workerMegabytesPerSecond: number;
  readonly seconds: { readonly start: number; readonly work: number; readonly combine: number; readonly total: number };
  readonly requests: Requests;
  readonly dollars: {
    readonly lambda: number;
    readonly s3: number;
    readonly sqs: number;
    readonly total: number;
    /** Besides the run, for pollers that are always there. */
    readonly idleMonth: number;
  };
  readonly resultBytes: number;
}

interface Requests {
  readonly gets: number;
  readonly puts: number;
  readonly lists: number;
  readonly sqs: number;
  readonly invocations: number;
}

export function estimate(shape: RunShape, deployed: Deployed): Estimate {
  const { bytes, objects, growth } = shape;
  const processors = processorsOf(deployed.workerMemoryMiB);
  const ramp = chunkRamp(deployed.ramp, processors);
  const { chunkBytes, groupSize, because } = chooseGeometry({
    bytes,
    megabytesPerSecond: shape.plannedMegabytesPerSecond,
    chunkBytes: shape.chunkBytes,
    groupSize: shape.groupSize,
    ramp,
  });
  const whole = !shape.cuttable && bytes / objects > chunkBytes;
  const chunks = Math.max(
    1,
    whole ? objects : Math.ceil(bytes / chunkBytes),
    Math.ceil(objects / SEGMENTS_PER_CHUNK_MAX),
  );
  const rate = processorRate(shape.megabytesPerSecond, deployed.workerMemoryMiB, processors);
  const chunkSeconds = bytes / chunks / (rate * 1e6) + known.STEP_SECONDS;
  const start = known.START_SECONDS + (objects / 1_000) * known.LIST_SECONDS + chunks / known.MESSAGES_PER_SECOND;
  const work = secondsForChunks(ramp, chunks, chunkSeconds, known.COLD_START_SECONDS);
  const workers = Math.ceil(Math.min(chunks, Math.floor(workersAt(ramp, work))) / processors);
  const sizeOf = (chunksUnder: number) => partialBytes(growth, Math.min(bytes, (bytes / chunks) * chunksUnder));
  const tree = { chunks, groupSize, sizeOf, memoryMiB: deployed.aggregatorMemoryMiB };
  const fanIn = shape.joins ? joiningFanIn(tree) : mergingFanIn(tree);
  const requests = requestsOf({ chunks, objects, fanIn, chunkPartBytes: sizeOf(1) });
  const gbSeconds =
    ((chunks * chunkSeconds) / processors + workers * known.COLD_START_SECONDS) * gigabytes(deployed.workerMemoryMiB) +
    fanIn.aggregatorSeconds * gigabytes(deployed.aggregatorMemoryMiB) +
    start * known.SPLITTER_GB;
  const lambda =
    gbSeconds * known.LAMBDA_GB_SECOND[deployed.architecture] + requests.invocations * known.LAMBDA_REQUEST;
  const stored = fanIn.storedBytes * known.S3_BYTE_MONTH * known.PARTIALS_MONTHS;
  const s3 = (requests.puts + requests.lists) * known.S3_WRITE + requests.gets * known.S3_READ + stored;
  const sqs = requests.sqs * known.SQS_REQUEST;
  const idleMonth = (deployed.pollers?.min ?? 0) * known.POLLER_HOUR * known.MONTH_HOURS;
  return {
    chunks,
    chunkBytes,
    groupSize,
    because,
    depth: fanIn.depth,
    nodes: fanIn.nodes,
    parts: fanIn.parts,
    workers,
    workerMegabytesPerSecond: rate * processors,
    seconds: { start, work, combine: fanIn.seconds, total: start + work + fanIn.seconds },
    requests,
    dollars: { lambda, s3, sqs, total: lambda + s3 + sqs, idleMonth },
    resultBytes: sizeOf(chunks),
  };
}

/** What a chunk gets of its worker: a processor or a share of one, and a share of the network. MB/s. */
function processorRate(megabytesPerSecond: number, memoryMiB: number, processors: number): number {
  const share = Math.min(1, memoryMiB / PROCESSOR_MIB / processors);
  return Math.min(known.NETWORK_MEGABYTES_PER_SECOND / processors, megabytesPerSecond * known.PROCESSOR_SPEED * share);
}

function partialBytes({ inputBytes, partialBytes: measured, exponent }: PartialGrowth, bytes: number): number {
  return inputBytes === 0
    ? 0
    : Math.min(measured * (bytes / inputBytes) ** exponent, measured * Math.max(1, bytes / inputBytes));
}

interface Counted {
  readonly chunks: number;
  readonly objects: number;
  readonly fanIn: FanIn;
  readonly chunkPartBytes: number;
}

/** test/protocol/requests.test.ts counts the real ones. */
function requestsOf({ chunks, objects, fanIn, chunkPartBytes }: Counted): Requests {
  const { nodes, reads, parts } = fanIn;
  const uploadParts = Math.ceil(chunkPartBytes / known.PART_BYTES);
  const putsPerChunk = uploadParts > 1 ? uploadParts + 2 : 1;
  const pages = Math.ceil(chunks / 10_000);
  return {
    gets: Math.max(chunks, objects) + reads + 2 * nodes + 2 * parts + 3 * pages,
    puts: chunks * putsPerChunk + nodes + 2 * parts + fanIn.copies + 2 * pages + 4,
    lists: chunks + nodes + fanIn.lists + parts + Math.ceil(objects / 1_000) * 2 + 3,
    sqs: chunks * 2.1,
    invocations: chunks + nodes + parts + 3,
  };
}

const gigabytes = (mib: number) => mib / 1024;
