/** Sabotages of how CSV is cut. */
import type { Tested } from './tested.ts';

const TESTS = [
  'test/unit/core/two-state.test.ts',
  'test/unit/formats/two-lanes.test.ts',
  'test/property/formats/csv-cuts.test.ts',
  'test/protocol/csv.test.ts',
];
/** Long enough for every one of them, and a quarter of the time. */
const LENGTH = '5';

const LANES = 'functions/formats/two-lane-reader.ts';
const LANE = 'functions/formats/csv-lane.ts';
const SCANNER = 'functions/formats/csv-scanner.ts';
const JOIN = 'functions/core/two-state.ts';
const COUNTS = 'functions/core/counts.ts';
const SUMMARY = 'functions/core/summary.ts';
const FOLD = 'functions/worker/chunk-fold.ts';

const SABOTAGES: Tested['sabotages'] = [
  ['no look one byte back', 'functions/formats/after-line-feed.ts', 'this.#from - 1 - blockAt', 'this.#from - blockAt'],
  ['a range without a line feed ends OUT', LANES, '?? [OUT, IN]', '?? [OUT, OUT]'],
  ['every range ends OUT', LANES, 'this.recordAt === last ? OUT : IN', 'OUT'],
  ['lanes never meet', LANES, 'if (out.recordAt === in_.recordAt) {', 'if (false as boolean) {'],
  ['lanes meet wherever they are', LANES, 'if (out.recordAt === in_.recordAt) {', 'if (in_.recordAt > 0) {'],
  [
    'not the lane that is behind goes on',
    LANES,
    'out.recordAt < in_.recordAt ? out : in_',
    'out.recordAt > in_.recordAt ? out : in_',
  ],
  ['both lanes go on after they met', LANES, 'if (!this.#met) in_.run(block, blockAt);', 'in_.run(block, blockAt);'],
  ['a lost lane goes on', LANES, 'this.#over = true;\n', ''],
  ['a lane that is over goes on', LANES, 'this.#over ||= this.#pair.isOver(this.#state);', ''],
  ['a range that nobody needs is read to its end', LANES, '|| this.#race.isOver', ''],
  [
    'no limit to the search for a line feed',
    LANES,
    'const hopeless = this.#last.at === undefined &&',
    'const hopeless = false &&',
  ],
  [
    'IN owns the record that it leaves',
    LANE,
    '  #row(bytes: Buffer, at: number): void {\n    if (this.recordAt < 0) return;',
    '  #row(bytes: Buffer, at: number): void {',
  ],
  [
    'IN keeps the record that it leaves',
    LANE,
    '  #keep(block: Buffer, from: number): void {\n    if (this.recordAt < 0) return;',
    '  #keep(block: Buffer, from: number): void {',
  ],
  [
    'a record of the next range is finished here',
    LANE,
    'finish(objectBytes: number): void {\n    if (this.recordAt >= this.#end) return;',
    'finish(objectBytes: number): void {',
  ],
  [
    'records of the next range are read here',
    LANE,
    'while (next >= 0 && this.recordAt < this.#end) {',
    'while (next >= 0) {',
  ],
  ['IN begins outside of quotes', LANE, "if (start === 'within quotes') this.#scanner.resume();", ''],
  ['a doubled quote ends a field', SCANNER, 'if (bytes[i] !== quoteByte) {', 'if (i >= 0) {'],
  [
    'the mark moves the first record away',
    'functions/formats/csv-reader.ts',
    'if (marked) this.#end =',
    'if (false as boolean) this.#end =',
  ],
  ['joining takes OUT, whatever comes before', JOIN, ': b.heads[state])', ': b.heads[OUT])'],
  ['joining forgets the later head', JOIN, 'sum.add(sum.add(a.body, head(out)), b.body)', 'sum.add(a.body, b.body)'],
  [
    'the end is that of the later range alone',
    JOIN,
    'const ends: Ends = [endOf(b, out), endOf(b, in_)];',
    'const ends = b.ends;',
  ],
  ['an unknown state is taken for OUT', JOIN, 'state === null ? sum.either(b.heads)', 'state === null ? b.heads[OUT]'],
  ['who failed ended outside of quotes', SUMMARY, "bounds?.tail === 'unknown' ? null : OUT", 'OUT'],
  ['a run begins in the other state', 'functions/aggregator/prove.ts', 'beginning(OUT, joined', 'beginning(IN, joined'],
  [
    'a failed head counts',
    COUNTS,
    "if ('failure' in one) return failedHead(one.failure, parts.chunks);",
    "if ('failure' in one) return NOTHING;",
  ],
  [
    'a body counts beside a failed head',
    COUNTS,
    'const shared = sound && outEnd === inEnd;',
    'const shared = outEnd === inEnd;',
  ],
  [
    'a body is common to ends that differ',
    COUNTS,
    'const shared = sound && outEnd === inEnd;',
    'const shared = sound;',
  ],
  ['an error of one lane fails the chunk', FOLD, 'HEAD_SHARES[section], true)', 'HEAD_SHARES[section], false)'],
  [
    'an error of combine in one lane fails the chunk',
    FOLD,
    'if (!isResult(error)) throw error;\n      head.failure',
    'throw error;\n      head.failure',
  ],
  [
    'an error of combine in one lane fails the group',
    'functions/aggregator/merge-node.ts',
    'if (!isResult(error)) throw error;',
    'throw error;',
  ],
  ['a lane that failed is followed to no purpose', FOLD, '(heads[state].failure.fatal || !this.#tolerant)', 'false'],
  [
    'where failures are tolerated nobody reads on',
    FOLD,
    'job.tolerate.chunks > 0 && job.tolerate.percent > 0',
    'false',
  ],
  [
    'rejects of one lane have no limit',
    'functions/worker/gathering.ts',
    'if (this.#rejected > badRecordsMax) {',
    'if (false as boolean) {',
  ],
  [
    'ranges do not get the header',
    'functions/core/cut.ts',
    'object.header === undefined ? {} : { header: object.header }',
    'object.header === undefined ? {} : {}',
  ],
];

export const CSV: Tested = { tests: TESTS, env: { CSV_CUTS_LENGTH: LENGTH }, sabotages: SABOTAGES };
