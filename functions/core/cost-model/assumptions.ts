/**
 * All that the cost model takes for granted, each with where it comes from. Prices are list prices of us-east-1 in USD, on
 * demand, without free tiers and without savings plans. "Ours" is what nobody documents: measured here, or a guess that
 * says so.
 */

const GB = 1e9;
const HOUR_SECONDS = 3600;
export const MONTH_HOURS = 730;

/** https://aws.amazon.com/lambda/pricing/ : a GB-second (of 1,024 MiB), a request. */
export const LAMBDA_GB_SECOND = { arm64: 0.0000133334, x86_64: 0.0000166667 } as const;
export const LAMBDA_REQUEST = 0.2e-6;
/** https://aws.amazon.com/lambda/pricing/ : an hour of one provisioned poller of a queue. */
export const POLLER_HOUR = 0.00925;
/** https://aws.amazon.com/s3/pricing/ : PUT, COPY, POST and LIST; GET; a GB for a month, standard class. */
export const S3_WRITE = 5e-6;
export const S3_READ = 0.4e-6;
export const S3_BYTE_MONTH = 0.023 / GB;
/** https://aws.amazon.com/sqs/pricing/ : a request of up to 64 KiB, standard queue. */
export const SQS_REQUEST = 0.4e-6;

/** A processor of Lambda beside one core of the machine on which a job was measured. Ours, unmeasured: 1 is a guess. */
export const PROCESSOR_SPEED = 1;
/** What a function reads from S3 at most, in MB/s, with enough memory. Undocumented; 50 to 90 are reported, about 90 by
 * https://arxiv.org/abs/1912.00937 (Müller, Marroquín, Alonso: Lambada, 2020). */
export const NETWORK_MEGABYTES_PER_SECOND = 75;

/** From an upload to a splitter that works: S3's event ("typically … in seconds") and a cold start. Ours, a guess.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/EventNotifications.html */
export const START_SECONDS = 3;
/** A function's first invocation: Lambda's part, and loading the handler (bench/handlers.ts). It is billed. Ours, a guess. */
export const COLD_START_SECONDS = 0.5;
/** What a step does beside its bytes: an invocation, and some requests of 20 to 50 ms. Ours. */
export const STEP_SECONDS = 0.2;
/** A listing of 1,000 objects, and messages a second that a splitter queues (32 requests of 10 messages at 60 ms). Ours. */
export const LIST_SECONDS = 0.1;
export const MESSAGES_PER_SECOND = 5_000;
/** Merging partials on one processor, in MB/s of what they take compressed. Ours, a guess. */
export const MERGE_MEGABYTES_PER_SECOND = 15;

/** Copying ranges within S3, 16 at a time in a function (functions/adapters/aws/s3-copy.ts). Ours, a guess. */
export const JOIN_MEGABYTES_PER_SECOND = 1_600;

/** The splitter's memory (infra/stations.ts), in GB as Lambda counts them. */
export const SPLITTER_GB = 1;
/** How long partials are kept (infra/buckets.ts), in months. */
export const PARTIALS_MONTHS = 1;
/** An upload in parts takes three requests more than its parts. functions/adapters/aws/s3-upload.ts */
export const PART_BYTES = 8 * 1024 * 1024;

/** Others, for the same input. Their prices are per unit; how much they do with one is assumed beside it. */
export const ATHENA = {
  /** https://aws.amazon.com/athena/pricing/ : a byte scanned, 10 MB at least. */
  byte: 5 / 1e12,
  bytesMin: 10e6,
};
export const GLUE = {
  /** https://aws.amazon.com/glue/pricing/ : a second of a DPU (4 vCPU, 16 GB), for a minute at least. */
  dpuSecond: 0.44 / HOUR_SECONDS,
  processors: 4,
  secondsMin: 60,
};
export const EMR_SERVERLESS = {
  /** https://aws.amazon.com/emr/pricing/ : a second of a vCPU, x86, with 4 GB for it; a minute at least. */
  processorSecond: (0.052624 + 4 * 0.0057785) / HOUR_SECONDS,
  secondsMin: 60,
};
export const DISTRIBUTED_MAP = {
  /** https://aws.amazon.com/step-functions/pricing/ : a state transition; each batch is a child of three: started, its task, ended. */
  transition: 0.025 / 1_000,
  transitionsPerBatch: 3,
};
/** What Spark does on one processor, in MB/s, word count over text: `npm run bench`, Spark local on two cores. Ours. */
export const SPARK_MEGABYTES_PER_SECOND = 14;
