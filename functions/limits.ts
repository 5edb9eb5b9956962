/** Every bound of fanfold, in one place, with where it comes from. */

const KiB = 1024;
const MiB = 1024 * KiB;

/** Chunks in one run. Ours: 10^6 chunks of 256 MiB are 256 TiB; the fan-in tree is then four levels deep. */
export const CHUNKS_MAX = 1_000_000;
/** Chunk size that the planner chooses between; a run may ask for any from 1 byte up. Ours, from 30 s of work. */
export const CHUNK_BYTES_MIN = 8 * MiB;
export const CHUNK_BYTES_MAX = 256 * MiB;
/** What one chunk should take. Ours: long enough to hide a cold start, short enough to lose little to a retry. */
export const CHUNK_SECONDS_GOAL = 30;
/** Small objects packed into one chunk: bounded so that its message stays small. */
export const SEGMENTS_PER_CHUNK_MAX = 500;
/** A chunk message. SQS takes 1 MiB a message and a batch; a quarter leaves room for a batch of four at worst.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html */
export const MESSAGE_BYTES_MAX = 240 * KiB;
/** A run's parameters as JSON: they travel in every chunk message, beside the segments. Ours. */
export const PARAMS_BYTES_MAX = 8 * KiB;
/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessageBatch.html */
export const QUEUE_BATCH_MESSAGES_MAX = 10;
export const QUEUE_BATCH_BYTES_MAX = 1 * MiB;
/** Chunks and bytes of one page of the plan. Ours: what the splitter holds in memory at a time. */
export const PLAN_PAGE_CHUNKS_MAX = 10_000;
export const PLAN_PAGE_BYTES_MAX = 8 * MiB;
/** The header of a CSV object that is cut: what the splitter reads of it at most, and what travels in every message of the
 * object's chunks, as JSON. Ours: an object with a longer one is read by one worker. */
export const HEADER_BYTES_MAX = 1 * MiB;
export const HEADER_JSON_BYTES_MAX = 64 * KiB;
/** Siblings of one fan-in node. Below 1,000, so that one LIST call sees them all.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html */
export const GROUP_SIZE_DEFAULT = 64;
export const GROUP_SIZE_MAX = 512;
/** A group may come to this many bytes before groups are made wider; and how wide one may be that is merged at once. Ours:
 * half a minute of merging, and 300 kB of memory an input. */
export const GROUP_BYTES_GOAL = 1024 * MiB;
export const GROUP_SIZE_WIDE = 256;
/** Parts of a multipart upload, all but the last: their bytes, and how many an object has. S3 takes up to 5 GiB
 * (https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html). The most is ours: while S3 copies a part it may say
 * nothing (https://github.com/smithy-lang/smithy-rs/issues/4439), and connections that are silent for a minute are given up. */
export const PART_BYTES_MIN = 5 * MiB;
export const PART_BYTES_MAX = 1024 * MiB;
export const PARTS_MAX = 10_000;
/** What a result object comes to that is joined of stored rows. Ours: some hundred copies, minutes of one function. */
export const JOINED_BYTES_GOAL = 64 * 1024 * MiB;
/** Such objects of a result, by their bytes; a million pieces at most, two parts each, make 200 more. Below 1,000 in all, so
 * that one LIST call sees what became of them. */
export const JOINED_OBJECTS_GOAL = 700;
/** Partitions of a result. Below 1,000, so that one LIST call sees what became of all of them. */
export const PARTITIONS_MAX = 999;
/** What a part of a result should come to. Ours: seconds of merging, and the size that query engines like. */
export const RESULT_PART_BYTES_GOAL = 256 * MiB;
/** Boundaries of partitions as they travel in every chunk message, beside the segments; and one of them as a key. Ours. */
export const BOUNDARIES_BYTES_MAX = 32 * KiB;
export const BOUNDARY_BYTES_MAX = 256;
/** A sample of the input is taken from this size on: below it a result of more than one part is unlikely. Ours. */
export const SAMPLED_BYTES_MIN = RESULT_PART_BYTES_GOAL / 4;
/** A sample: how many stretches of input, of how many bytes each, and how many pairs are looked at. Ours: under a second. */
export const SAMPLE_STRETCHES = 32;
export const SAMPLE_STRETCH_BYTES_MIN = 16 * KiB;
export const SAMPLE_STRETCH_BYTES_MAX = 64 * KiB;
export const SAMPLE_PAIRS_MAX = 200_000;
/** What is read for a sample where records are long: a stretch then ends with the record at hand. */
export const SAMPLE_BYTES_MAX = 128 * MiB;
/** A sample that was begun so often and not finished is not taken. */
export const SAMPLE_TRIES_MAX = 2;
/** A `.run.json`. Ours: more objects than fit are a prefix. */
export const REQUEST_BYTES_MAX = 5 * MiB;
/** Looking past a chunk's end for its last record: the first step; it doubles. */
export const READ_AHEAD_BYTES = 64 * KiB;
/** One record. Ours; a format's `recordBytesMax` sets another, up to RECORD_BYTES_LIMIT. */
export const RECORD_BYTES_DEFAULT = 16 * MiB;
/** A record that a kernel takes, and what one call of it reads; longer records take the plain path. Ours: a core's cache holds it. */
export const BULK_RECORD_BYTES_MAX = 256 * KiB;
/** V8 strings end at 2^29 - 24 characters; half of that leaves room for quoting. */
export const RECORD_BYTES_LIMIT = 256 * MiB;
/** A key of a pair, in UTF-8 bytes. Ours: a whole record of the default size may be a key. */
export const KEY_BYTES_MAX = 16 * MiB;
/** An encoded value of a pair. Ours: values meet in memory when they are combined. */
export const VALUE_BYTES_MAX = 64 * MiB;
/** Shares of a process's memory. Ours, as bench/large-results.ts measures them: the rest is code, what is read and
 * written meanwhile, and what the collector has not collected yet. */
export const TABLE_MEMORY_SHARE = 1 / 4;
export const VALUE_MEMORY_SHARE = 1 / 8;
export const MERGE_MEMORY_SHARE = 1 / 16;
/** Memory of a table's lists that is kept while nobody uses it. Ours: what the table of a function of 256 MB takes. */
export const IDLE_PAGES_BYTES_MAX = 64 * MiB;
/** Rows of a chunk that wait in memory until it is read, as they will be stored; more of them wait on scratch. Ours: more of
 * it makes nothing faster. */
export const ROWS_HELD_BYTES_MAX = 16 * MiB;
/** Of a function's memory, or of a processor's share of it: what V8 may take for objects that stay. Ours. */
export const OLD_SPACE_SHARE = 3 / 4;
/** Keys of a chunk in memory at a time, whatever they take. V8's Map ends at 2^24. */
export const TABLE_KEYS_MAX = 2 ** 22;
/** Sorted spills that are merged at a time, and what is read ahead of each. Ours: more of them take a second pass. */
export const SPILLS_MERGED_MAX = 64;
export const SPILL_READ_BYTES_MIN = 4 * KiB;
export const SPILL_READ_BYTES_MAX = 1 * MiB;
/** Memory of a function that comes with one processor. https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html */
export const PROCESSOR_MIB = 1_769;
/** Disk of a worker; the default is for each of its processors. https://docs.aws.amazon.com/lambda/latest/api/API_EphemeralStorage.html */
export const SCRATCH_MIB_MIN = 512;
export const SCRATCH_MIB_DEFAULT = 2048;
export const SCRATCH_MIB_MAX = 10_240;
/** A block of a partial before compression. Ours: a merge holds the one at hand, the next, and what was read last, of each input. */
export const PARTIAL_BLOCK_BYTES = 64 * KiB;
/** A value or rows that go over several blocks, so that no block is much longer. Ours. Pairs that kernels merge stay whole:
 * a key has KEY_BYTES_MAX at most, and a number as many digits as it has. */
export const LONG_BYTES_MIN = 256 * KiB;
/** Records set aside in one run. Ours: they travel in the partials' footers. */
export const BAD_RECORDS_DEFAULT = 1_000;
export const BAD_RECORDS_MAX = 10_000;
/** What is kept of a bad record's bytes. */
export const BAD_RECORD_PREVIEW_BYTES = 256;
/** Failures told in full in a manifest; the others are counted. */
export const FAILURES_TOLD_MAX = 100;
/** A run's deadline. A day at most: the watcher looks for runs in the markers of the last days. */
export const DEADLINE_SECONDS_MIN = 60;
export const DEADLINE_SECONDS_DEFAULT = 6 * 3600;
export const DEADLINE_SECONDS_MAX = 24 * 3600;
/** A chunk is late when the run has stood still for max(this, 3 × its median), with 75 % done; resent twice at most. */
export const STRAGGLER_QUIET_MS_MIN = 60_000;
export const STRAGGLER_MEDIANS = 3;
export const STRAGGLER_DONE_SHARE = 0.75;
export const RESENDS_MAX = 2;
/** Receives before a message is dead.
 * https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html advises at least five. */
export const RECEIVES_MAX = 5;
/** Earlier runs that a redrive adopts from: they travel in every chunk message, and each may be asked for a chunk. Ours. */
export const ADOPTED_RUNS_MAX = 16;
/** Names of jobs: they are part of keys, function names and message groups. */
export const JOB_NAME = /^[a-z][a-z0-9-]{0,39}$/;
/** Files that may define jobs, in a folder of jobs: TypeScript or JavaScript, and no declarations or tests. */
export const JOB_FILE = /(?<!\.d|\.test)\.[cm]?[jt]s$/;
/** First segments of keys that are fanfold's own, hence no job's name. */
export const RESERVED_JOB_NAMES: readonly string[] = ['runs', 'watch'];
/** What `fanfold check` takes of its sample, and of each object at least. Ours: it is tried a hundred times over. */
export const CHECK_SAMPLE_BYTES_MAX = 64 * KiB;
export const CHECK_OBJECT_BYTES_MIN = 4 * KiB;
/** After so long in one call of the job a check says that it does not come back. Ours: a record takes microseconds. */
export const CHECK_CALL_SECONDS_MAX = 30;
/** Of the index of a register of `approxDistinct`. Ours: a standard error of 26 % with 16 bytes, of 0.2 % with 256 KiB. */
export const APPROX_DISTINCT_BITS_MIN = 4;
export const APPROX_DISTINCT_BITS_MAX = 18;
/** Buckets of `approxQuantiles` for each doubling, as a power of 2. Ours: 0.1 %, and 8 MB if all numbers occur. */
export const APPROX_QUANTILES_BITS_MAX = 9;
/** Items that `approxTop` tells, and counts for each key. Ours: they meet in memory when they are combined. */
export const APPROX_TOP_ITEMS_MAX = 10_000;
export const APPROX_TOP_COUNTERS_MAX = 100_000;
