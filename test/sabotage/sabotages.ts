/**
 * Protections, each taken away by an edit of the source: the simulation must notice. `rule` says which rule of
 * docs/protocol.md it belongs to, or what else it protects.
 */
import type { Focus } from '../simulation/scenario.ts';

export interface Sabotage {
  readonly rule:
    | 'written once'
    | 'report, then look'
    | 'order of the plan'
    | 'failure is data'
    | 'redrive'
    | 'parts and spills'
    | 'watcher'
    | 'adapters';
  readonly name: string;
  /** Seeds within which it must be caught. */
  readonly seeds: number;
  /** What the seeds are about. The watcher masks what the others protect, so its clock is off where it is not sabotaged. */
  readonly focus: Focus;
  readonly edits: readonly Edit[];
}

/** The text `from` stands once in the file. */
export interface Edit {
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

const edit = (file: string, from: string, to: string): Edit => ({ file: `functions/${file}`, from, to });
const off = (focus: Focus = {}): Focus => ({ watcher: false, ...focus });

const STORE = 'adapters/aws/s3-object-store.ts';
const READ = 'adapters/aws/s3-read.ts';
const UPLOAD = 'adapters/aws/s3-upload.ts';
const KEYS = 'core/keys.ts';
const LINES = 'formats/line-reader.ts';
const REPORT = 'protocol/report.ts';
const AGGREGATE = 'aggregator/aggregate.ts';
const OPEN = 'aggregator/open-partials.ts';
const BURY = 'watcher/bury.ts';

const UNCONDITIONAL = edit(STORE, 'ifAbsent: true', 'ifAbsent: false');
/** Writes without a condition are let through, which the bucket's policy does not do. */
const NO_POLICY = edit('adapters/simulated/deployment.ts', 'writtenOnce: [stations.RESULTS]', 'writtenOnce: []');
const NAMES = 'if (!present.has(partialKey(run, level, i, groupSize))) return false;';
/** Whoever looks starts the parent. */
const EAGER = edit(REPORT, NAMES, '');
/** A partial that is not there is left out. */
const LEFT_OUT = edit(
  OPEN,
  "const lost = opened.find((result) => result.status === 'rejected');",
  'const lost = undefined as { reason: unknown } | undefined;',
);

export const SABOTAGES: readonly Sabotage[] = [
  {
    rule: 'written once',
    name: 'writes have no condition, so a straggler overwrites',
    seeds: 50,
    focus: off(),
    edits: [UNCONDITIONAL, NO_POLICY],
  },
  {
    rule: 'written once',
    name: 'writes have no condition, and the policy of the bucket refuses them',
    seeds: 10,
    focus: off(),
    edits: [UNCONDITIONAL],
  },
  {
    rule: 'written once',
    name: 'joined rows have no condition, so a straggler overwrites',
    seeds: 1_000,
    focus: off({ workload: 'copy' }),
    edits: [edit('adapters/aws/s3-copy.ts', "IfNoneMatch: '*', ...whole", '...whole'), NO_POLICY],
  },
  {
    rule: 'written once',
    name: 'what several objects are joined of is not sealed',
    seeds: 200,
    focus: off({ workload: 'copy' }),
    edits: [
      edit(
        'aggregator/publish-rows.ts',
        '(await settleJson<Publication>(services, key, publication)).document',
        'publication',
      ),
    ],
  },
  {
    rule: 'written once',
    name: 'the loser of a race goes on with its own document',
    seeds: 200,
    focus: off(),
    edits: [
      edit(
        'protocol/documents.ts',
        "if (written === 'created') return { document, created: true };",
        'return { document, created: true };',
      ),
    ],
  },
  {
    rule: 'written once',
    name: '409 is taken for 412',
    seeds: 200,
    focus: off(),
    edits: [
      edit('adapters/aws/s3-errors.ts', 'statusOf(error) === 412 ||', '[409, 412].includes(statusOf(error) ?? 0) ||'),
    ],
  },
  {
    rule: 'written once',
    name: 'chunks are queued before the plan is sealed',
    seeds: 500,
    focus: off(),
    edits: [
      edit(
        'splitter/split.ts',
        'return (await settleJson(services, planKey(run), asked)).document;',
        'await dispatch(asked, services);\n  return (await settleJson(services, planKey(run), asked)).document;',
      ),
    ],
  },
  {
    rule: 'written once',
    name: 'other code goes on with what was decided before',
    seeds: 1_000,
    focus: off({ deed: 'deploy' }),
    edits: [edit('splitter/split.ts', 'if (decided.digest !== digest) throw', 'if (false) throw')],
  },
  {
    rule: 'written once',
    name: 'other code works on chunks',
    seeds: 1_000,
    focus: off({ deed: 'deploy' }),
    edits: [edit('worker/work.ts', 'if (deployed?.digest !== message.digest)', 'if (deployed === undefined)')],
  },
  {
    rule: 'written once',
    name: 'other code aggregates',
    seeds: 200,
    focus: off({ deed: 'deploy' }),
    edits: [edit(AGGREGATE, 'if (deployed?.digest !== plan.digest)', 'if (deployed === undefined)')],
  },
  {
    rule: 'written once',
    name: 'a repeated notification starts a run of its own',
    seeds: 20,
    focus: off(),
    edits: [
      edit(
        'splitter/parse-event.ts',
        'const event = hashOf(bucket, key, sequencer);',
        'const event = hashOf(bucket, key, sequencer, String(performance.now()));',
      ),
      edit('splitter/parse-event.ts', 'hashOf(bucket, key, sequencer, digestOf(job)', 'hashOf(event, digestOf(job)'),
    ],
  },
  {
    rule: 'written once',
    name: 'a notification that comes back to other code starts a second run',
    seeds: 200,
    focus: off({ deed: 'deploy' }),
    edits: [edit('protocol/first-asked.ts', 'if (event === undefined) return request;', 'return request;')],
  },
  {
    rule: 'written once',
    name: 'reads are not pinned to a version',
    seeds: 200,
    focus: off({ deed: 'overwrite' }),
    edits: [
      edit(READ, 'IfMatch: etag, Range', 'Range'),
      edit(READ, 'answer.ETag !== etag || answer.ContentLength !== end - start', 'false'),
    ],
  },
  {
    rule: 'written once',
    name: 'an object is cut in two versions',
    seeds: 1_000,
    focus: off({ deed: 'overwrite' }),
    edits: [edit('splitter/write-plan.ts', 'pinned.etag !== value.object.etag) throw', 'false) throw')],
  },

  {
    rule: 'report, then look',
    name: 'looks before it reports',
    seeds: 20,
    focus: off(),
    edits: [
      edit(
        REPORT,
        'const written = await write({ bucket: services.results, key });\n  await look(services, node);',
        'await look(services, node);\n  const written = await write({ bucket: services.results, key });',
      ),
    ],
  },
  {
    rule: 'report, then look',
    name: 'acknowledges before it has looked',
    seeds: 20,
    focus: off(),
    edits: [edit(REPORT, 'await look(services, node);', 'void look(services, node);')],
  },
  {
    rule: 'report, then look',
    name: 'does not look when its name is taken',
    seeds: 200,
    focus: off(),
    edits: [edit(REPORT, 'await look(services, node);', "if (written === 'created') await look(services, node);")],
  },
  {
    rule: 'report, then look',
    name: 'does not wait until the parent is started',
    seeds: 500,
    focus: off(),
    edits: [edit(REPORT, 'await services.aggregator.invoke', 'void services.aggregator.invoke')],
  },
  {
    rule: 'report, then look',
    name: 'counts the members of a group below an open prefix, and does not read their names',
    seeds: 50,
    focus: off(),
    edits: [
      edit(REPORT, NAMES, 'if (present.size < members.end - members.first) return false;'),
      edit(KEYS, '\u0024{digits(group)}/`', '\u0024{group}`'),
      edit(KEYS, 'Math.floor(index / groupSize))}\u0024{digits', 'Math.floor(index / groupSize))}/\u0024{digits'),
    ],
  },
  {
    rule: 'report, then look',
    name: 'starts the parent of a group that is not full',
    seeds: 500,
    focus: off(),
    edits: [EAGER],
  },
  {
    rule: 'report, then look',
    name: 'believes a listing that stops early',
    seeds: 500,
    focus: off(),
    edits: [edit('protocol/list-all.ts', 'more = page.more;', 'more = page.more && page.objects.length >= 1_000;')],
  },
  {
    rule: 'report, then look',
    name: 'an aggregator does not look',
    seeds: 50,
    focus: off(),
    edits: [
      edit(
        AGGREGATE,
        'await report(services, node, mergeNode(',
        'await services.store.putIfAbsent({ bucket: services.results, key }, mergeNode(',
      ),
    ],
  },
  {
    rule: 'report, then look',
    name: 'an aggregator that finds its work done does not look',
    seeds: 500,
    focus: off(),
    edits: [edit(AGGREGATE, 'await look(services, node);', '')],
  },
  {
    rule: 'report, then look',
    name: 'a part that is made does not look',
    seeds: 50,
    focus: off(),
    edits: [edit('protocol/parts.ts', 'if (reports.size === part.parts) await', 'if (false) await')],
  },
  {
    rule: 'report, then look',
    name: 'messages are acknowledged whatever came of them',
    seeds: 50,
    focus: off(),
    edits: [edit('adapters/aws/each-message.ts', 'batchItemFailures.push({ itemIdentifier: messageId });', '')],
  },
  {
    rule: 'report, then look',
    name: 'chunks count as queued before they are',
    seeds: 200,
    focus: off(),
    edits: [
      edit(
        'protocol/dispatch.ts',
        'await services.chunks.send(messagesOf(plan, page));\n    await settleJson(services, sentKey(run, first), { chunks: page.chunks.length });',
        'await settleJson(services, sentKey(run, first), { chunks: page.chunks.length });\n    await services.chunks.send(messagesOf(plan, page));',
      ),
    ],
  },
  {
    rule: 'report, then look',
    name: 'messages that SQS did not accept are forgotten',
    seeds: 200,
    focus: off(),
    edits: [edit('adapters/aws/sqs-queue.ts', 'if (Failed.length === 0) return;', 'if (Failed.length >= 0) return;')],
  },

  {
    rule: 'order of the plan',
    name: 'partials merge in the order in which they arrive',
    seeds: 50,
    focus: off(),
    edits: [
      edit(OPEN, 'const readers = opened.flatMap(', 'const readers = arrived;\n  opened.flatMap('),
      edit(
        OPEN,
        'const opening: Promise<PartialReader>[] = [];',
        'const opening: Promise<PartialReader>[] = [];\n  const arrived: PartialReader[] = [];',
      ),
      edit(
        OPEN,
        'index, plan.geometry.groupSize)));',
        'index, plan.geometry.groupSize)).then((reader) => (arrived.push(reader), reader)));',
      ),
    ],
  },
  {
    rule: 'order of the plan',
    name: 'values combine in the wrong order',
    seeds: 100,
    focus: off({ workload: 'in-order' }),
    edits: [edit('aggregator/merge-entries.ts', 'job.combine(earlier, later)', 'job.combine(later, earlier)')],
  },
  {
    rule: 'order of the plan',
    name: 'keys sort by UTF-16',
    seeds: 200,
    focus: off({ workload: 'in-order' }),
    edits: [
      edit(
        'core/key-table.ts',
        'order = sortRows({ bytes, starts, lengths, count: this.count });',
        "order = Uint32Array.from({ length: this.count }, (_, i) => i).sort((a, b) => { const text = (n: number) => bytes.toString('utf8', starts[n] ?? 0, (starts[n] ?? 0) + (lengths[n] ?? 0)); return text(a) < text(b) ? -1 : 1; });",
      ),
    ],
  },
  {
    rule: 'order of the plan',
    name: 'a record that starts where a chunk ends belongs to both',
    seeds: 50,
    focus: off(),
    edits: [edit(LINES, 'if (base + from >= this.#end) break;', 'if (base + from > this.#end) break;')],
  },
  {
    rule: 'order of the plan',
    name: 'a chunk does not look one byte back',
    seeds: 50,
    focus: off(),
    edits: [
      edit(LINES, 'this.#at = Math.max(0, span.start - 1);', 'this.#at = span.start;'),
      edit('worker/read-segment.ts', 'Math.max(0, segment.start - 1)', 'segment.start'),
    ],
  },

  {
    rule: 'failure is data',
    name: 'a chunk that used up its receives leaves nothing',
    seeds: 50,
    focus: off({ deadly: 'chunk' }),
    edits: [edit(BURY, 'return reportFailure(services, dead,', 'return void (services, dead,')],
  },
  {
    rule: 'failure is data',
    name: 'a failure partial is written, and nobody looks',
    seeds: 200,
    focus: off({ deadly: 'chunk' }),
    edits: [
      edit(
        'protocol/failure.ts',
        'const written = await report(services, node, emptyPartial(summary));',
        'const key = partialKey(node.run, node.level, node.index, node.groupSize);\n  const written = await services.store.putIfAbsent({ bucket: services.results, key }, emptyPartial(summary));',
      ),
    ],
  },
  {
    rule: 'failure is data',
    name: 'a job that throws is tried again and again',
    seeds: 200,
    focus: off(),
    edits: [edit('worker/work.ts', "if (error.retry === 'safe') throw error;", 'throw error;')],
  },
  {
    rule: 'failure is data',
    name: 'an aggregation out of tries leaves nothing',
    seeds: 200,
    focus: off({ deadly: 'node' }),
    edits: [
      edit(
        BURY,
        'await reportNodeFailure(services, plan, nodeOf(plan, level, index), error);',
        'void [level, index, error];',
      ),
    ],
  },
  {
    rule: 'failure is data',
    name: 'a publication out of tries leaves nothing',
    seeds: 50,
    focus: off({ deadly: 'publish' }),
    edits: [
      edit(
        BURY,
        "await failPublication(services, plan, exhausted('FANFOLD_AGGREGATION_FAILED', 'Publishing the result', why));",
        '',
      ),
    ],
  },
  {
    rule: 'failure is data',
    name: 'a part out of tries leaves nothing',
    seeds: 200,
    focus: off({ deadly: 'part' }),
    edits: [edit(BURY, 'await failPart(services, plan, request,', 'void (services, plan, request,')],
  },
  {
    rule: 'failure is data',
    name: 'a splitter out of tries leaves nothing',
    seeds: 50,
    focus: off({ deadly: 'run' }),
    edits: [edit(BURY, 'return buryRequest(dead, why, services);', 'return;')],
  },
  {
    rule: 'failure is data',
    name: 'a sealed plan is not carried out by the dead letter of its splitter',
    seeds: 200,
    focus: off({ deadly: 'run' }),
    edits: [edit(BURY, 'if (plan !== undefined) return dispatch(plan, services);', 'if (plan !== undefined) return;')],
  },
  {
    rule: 'failure is data',
    name: 'a proof that refuses leaves nothing',
    seeds: 200,
    focus: off(),
    edits: [edit(AGGREGATE, 'return failPublication(services, plan, error);', 'return Promise.resolve();')],
  },
  {
    rule: 'failure is data',
    name: 'a failure counts although another worker succeeded',
    seeds: 500,
    focus: off({ deadly: 'chunk' }),
    edits: [edit('protocol/failure.ts', "if (written === 'exists' && !(await isFailure(services, node))) return;", '')],
  },
  {
    rule: 'failure is data',
    name: 'an input that changed may be tolerated',
    seeds: 500,
    focus: off({ deed: 'overwrite', workload: 'copy' }),
    edits: [
      edit(
        'adapters/aws/s3-errors.ts',
        "fix: 'Start the run again; leave its inputs alone until it has ended.',\n    fatal: true,",
        "fix: 'Start the run again; leave its inputs alone until it has ended.',",
      ),
    ],
  },
  {
    rule: 'failure is data',
    name: 'more chunks may fail than are tolerated',
    seeds: 200,
    focus: off(),
    edits: [edit('aggregator/prove.ts', 'failed > chunks || failed * 100 > percent * plan.totals.chunks', 'false')],
  },
  {
    rule: 'failure is data',
    name: 'more records are set aside than are allowed',
    seeds: 500,
    focus: off({ workload: 'events' }),
    edits: [
      edit('aggregator/prove.ts', 'summary.records.rejected > plan.badRecordsMax', 'false'),
      edit('worker/gathering.ts', 'this.#rejected > badRecordsMax', 'false'),
    ],
  },
  {
    rule: 'failure is data',
    name: 'a partial that is missing counts as empty, and the proof says so',
    seeds: 50,
    focus: off(),
    edits: [EAGER, LEFT_OUT],
  },
  {
    rule: 'failure is data',
    name: 'a partial that is missing counts as empty, and nothing is proven',
    seeds: 50,
    focus: off(),
    edits: [EAGER, LEFT_OUT, edit('aggregator/prove.ts', 'prove(plan, summary);', '')],
  },
  {
    rule: 'failure is data',
    name: 'the manifest comes before the result',
    seeds: 50,
    focus: off(),
    edits: [
      edit(
        'aggregator/publish.ts',
        "import { succeed } from './succeed.ts';",
        "import { succeed } from './succeed.ts';\nimport { draft, settleManifest } from '../protocol/end-run.ts';",
      ),
      edit(
        'aggregator/publish.ts',
        'const counted: Counted = { rows: 0, bytes: 0 };\n',
        "const counted: Counted = { rows: 0, bytes: 0 };\n  await settleManifest(services, { ...draft(services, { ...plan, plan, summary: undefined }), state: 'succeeded', results: [] });\n",
      ),
    ],
  },
  {
    rule: 'failure is data',
    name: 'an empty input has no chunk',
    seeds: 50,
    focus: off(),
    edits: [edit('splitter/write-plan.ts', 'if (page.totals.chunks === 0) page.add([]);', '')],
  },

  {
    rule: 'redrive',
    name: 'a failure is adopted',
    seeds: 500,
    focus: off({ redrives: 2, deadly: 'chunk' }),
    edits: [
      edit('protocol/adopt.ts', 'chunks.failed === 0 && failures.every(', 'chunks.failed >= 0 || failures.every('),
      edit('protocol/adopt.ts', ' && begins && work === workOf(message, job);', ';'),
    ],
  },
  {
    rule: 'redrive',
    name: 'whoever adopts does not look',
    seeds: 500,
    focus: off({ redrives: 2 }),
    edits: [
      edit(
        'protocol/adopt.ts',
        'await reportBy(services, node, (name) => services.store.copyIfAbsent(found.object, name, found.note));',
        'const key = partialKey(node.run, 0, node.index, node.groupSize);\n      await services.store.copyIfAbsent(found.object, { bucket: services.results, key }, found.note);',
      ),
    ],
  },
  {
    rule: 'redrive',
    name: 'what was done is done again',
    seeds: 200,
    focus: off({ redrives: 2 }),
    edits: [edit('protocol/adopt.ts', 'message.adopts ?? []', '[] as { run: string }[]')],
  },
  {
    rule: 'redrive',
    name: 'nothing tells that a chunk was adopted',
    seeds: 500,
    focus: off({ redrives: 2 }),
    edits: [edit('core/adoption.ts', ', adopted: [{ run, digest, chunks }] };', ' };')],
  },

  {
    rule: 'parts and spills',
    name: 'in any order, a worker does not hear that keys are scattered',
    seeds: 50,
    focus: off({ workload: 'any-order' }),
    edits: [edit('protocol/plan-pages.ts', "by === 'hash' ? { partitionedBy: by } : {}", '{}')],
  },
  {
    rule: 'parts and spills',
    name: 'in any order, keys keep their place in front',
    seeds: 50,
    focus: off({ workload: 'any-order' }),
    edits: [edit('aggregator/make-part.ts', "plan.partitions.by === 'hash' ? PLACE_BYTES : 0", '0')],
  },
  {
    rule: 'parts and spills',
    name: 'what does not fit in memory any more is left out',
    seeds: 50,
    focus: off({ workload: 'sorted' }),
    edits: [edit('core/sorted-spills.ts', 'this.write(last);\n      release();', 'release();')],
  },
  {
    rule: 'parts and spills',
    name: 'of equal keys the later spill comes first',
    seeds: 100,
    focus: off({ workload: 'in-order' }),
    edits: [
      edit(
        'core/sorted-spills.ts',
        'new SpillCursor(file, spill, order, readBytes)',
        'new SpillCursor(file, spill, -order, readBytes)',
      ),
    ],
  },

  {
    rule: 'watcher',
    name: 'a lost call of the aggregator stays lost',
    seeds: 1_000,
    focus: { watcher: true },
    edits: [edit('watcher/mend.ts', 'await restartParent(services, plan, group.level, group.index, quietMs);', '')],
  },
  {
    rule: 'watcher',
    name: 'a lost chunk stays lost',
    seeds: 500,
    focus: { watcher: true },
    edits: [edit('watcher/mend.ts', 'await resendChunks(services, plan, found.missing, quietMs);', 'return;')],
  },
  {
    rule: 'watcher',
    name: 'nobody minds the deadline',
    seeds: 1_000,
    focus: { watcher: true },
    edits: [edit('watcher/watch.ts', 'await endLate(run, job, requestedAtMs, services);', '')],
  },

  {
    rule: 'adapters',
    name: 'a body that broke off counts as whole',
    seeds: 300,
    focus: off(),
    edits: [edit(READ, 'if (at >= end && cause === undefined) return;', 'return;')],
  },
  {
    rule: 'adapters',
    name: 'a body that broke off is read again from its start',
    seeds: 300,
    focus: off(),
    edits: [
      edit(READ, 'getRange(s3, object, at, end)', 'getRange(s3, object, start, end)'),
      edit(READ, 'answer.ETag !== etag || answer.ContentLength !== end - start', 'false'),
    ],
  },
  {
    rule: 'adapters',
    name: 'parts of an upload are listed in the order in which they arrive',
    seeds: 50,
    focus: off(),
    edits: [
      edit(UPLOAD, 'return Promise.all(this.#sent);', 'return this.#arrived;'),
      edit(
        UPLOAD,
        'readonly #sent: Promise<CompletedPart>[] = [];',
        'readonly #sent: Promise<CompletedPart>[] = [];\n  readonly #arrived: CompletedPart[] = [];',
      ),
      edit(
        UPLOAD,
        '.then(({ ETag }) => ({ PartNumber, ETag }));',
        '.then(({ ETag }) => {\n      const part = { PartNumber, ETag };\n      this.#arrived.push(part);\n      return part;\n    });',
      ),
    ],
  },
];
