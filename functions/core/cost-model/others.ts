/** What others ask for the same input, by their list prices. */
import { ATHENA, DISTRIBUTED_MAP, EMR_SERVERLESS, GLUE, SPARK_MEGABYTES_PER_SECOND } from './assumptions.ts';
import type { Estimate } from './estimate.ts';

export interface Other {
  readonly name: string;
  readonly dollars: number;
  /** What the number is made of, and what it leaves out. */
  readonly how: string;
}

/** @param ours the estimate whose chunks are the batches of a Distributed Map that calls the same function */
export function others(bytes: number, ours: Estimate): Other[] {
  const processorSeconds = bytes / (SPARK_MEGABYTES_PER_SECOND * 1e6);
  const { transition, transitionsPerBatch } = DISTRIBUTED_MAP;
  const atLeast = (seconds: number, least: number) => Math.max(seconds, least);
  return [
    {
      name: 'Step Functions Distributed Map',
      dollars: ours.chunks * transition * transitionsPerBatch + ours.dollars.lambda,
      how: 'a standard child execution for each chunk, and our Lambda time; joins nothing: results are one object a batch',
    },
    {
      name: 'Athena',
      dollars: Math.max(bytes, ATHENA.bytesMin) * ATHENA.byte,
      how: 'bytes scanned; what SQL can say, and no code of yours',
    },
    {
      name: 'Glue (Spark)',
      dollars: atLeast(processorSeconds / GLUE.processors, GLUE.secondsMin) * GLUE.dpuSecond,
      how: `${SPARK_MEGABYTES_PER_SECOND} MB/s a vCPU, as Spark does here; one DPU for a minute at least, start-up free`,
    },
    {
      name: 'EMR Serverless (Spark)',
      dollars: atLeast(processorSeconds, EMR_SERVERLESS.secondsMin) * EMR_SERVERLESS.processorSecond,
      how: `${SPARK_MEGABYTES_PER_SECOND} MB/s a vCPU with 4 GB; a minute at least`,
    },
  ];
}
