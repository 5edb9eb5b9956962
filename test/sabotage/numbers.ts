/** Sabotages of how kernels combine numbers. */
import type { Tested } from './tested.ts';

const TESTS = [
  'test/property/kernels/number-pairs.test.ts',
  'test/property/kernels/order-of-offers.test.ts',
  'test/property/kernels/spills.test.ts',
  'test/protocol/bisect.test.ts',
  'test/unit/kernels/group-table.test.ts',
];

const FOLD = 'functions/kernels/number-fold.ts';
const OFFERS = 'functions/kernels/assembly/offers.ts';
const VALUES = 'functions/kernels/assembly/values.ts';
const ENCODED = 'functions/kernels/assembly/encoded-values.ts';
const MERGE = 'functions/aggregator/merge-entries.ts';
const ADD_UP = 'functions/kernels/assembly/merge.ts';
const GATHERING = 'functions/worker/gathering.ts';

const SABOTAGES: Tested['sabotages'] = [
  ['offers that wait are overtaken', OFFERS, '  endWaits(); // those that wait came first\n', ''],
  ['what waits is forgotten', OFFERS, '  flush();\n  endWaits();\n', '  flush();\n'],
  ['a new table has offers of the last one', OFFERS, '  waiting = 0;\n', ''],
  ['sums of fifteen bytes are added here', ENCODED, 'SUMMED_BYTES_MAX: u32 = 14', 'SUMMED_BYTES_MAX: u32 = 15'],
  ['long values are cut', ENCODED, 'if (bytes > (isSum(kind) ? SUMMED_BYTES_MAX : 8)) return 0;', ''],
  ['least and greatest of 64 bits turn over', ENCODED, 'if (!isSum(kind) && <i64>read < 0) return 0;', ''],
  ['a carry is lost', VALUES, ' + <i64>(sum < <u64>low)', ''],
  ['a sum of negatives is long and positive', VALUES, 'if (kind == SUM) store<i64>(at, value >> 63, 8);', ''],
  ['infinite sums are stored', VALUES, '|| abs(load<f64>(values)) < Infinity', '|| true'],
  ['sums are added one after the other', ADD_UP, '  if (inexact()) return joinPairwise(count);\n', ''],
  ['of neighbours the later comes first', ADD_UP, 'joinValues(top - 8, top);', 'joinValues(top, top - 8);'],
  ['-0 becomes 0', ENCODED, ' || reinterpret<u64>(value) == reinterpret<u64>(<f64>-0.0)', ''],
  [
    'of equal numbers the later counts',
    VALUES,
    'kind == NUMBER_MIN ? value < present',
    'kind == NUMBER_MIN ? value <= present',
  ],
  [
    'whatever the partials say, they are numbers',
    MERGE,
    '?.numbers === false) return false;',
    '?.numbers === false) {}',
  ],
  [
    'a partial does not say that it is of numbers',
    GATHERING,
    'writer.section(this.#section, { numbers: true });',
    'writer.section(this.#section);',
  ],
  ['bisected chunks use a kernel', GATHERING, ' || this.#bisection !== undefined;', ';'],
  [
    'any number is one of a kernel',
    FOLD,
    "this.#form === 'number' && Number.isFinite(value)",
    "this.#form === 'number'",
  ],
  ['any bigint is short', FOLD, 'BigInt.asIntN(64, value) === value', 'BigInt.asIntN(64, value) !== undefined'],
  [
    'numbers and bigints are one form',
    FOLD,
    "typeof value === 'bigint' && this.#form === 'bigint'",
    "typeof value === 'bigint'",
  ],
  [
    'giving up begins anew',
    FOLD,
    'for (const { bytes } of this.drain([])) {',
    'for (const { bytes } of [] as PairBlock[]) {',
  ],
  [
    'who takes over counts what it is given alone',
    FOLD,
    'this.#plain.nextRecord(this.#recordBytes);',
    'this.#plain.nextRecord(0);',
  ],
  ['who takes over has all memory', FOLD, 'tableBytesMax: left }', 'tableBytesMax }'],
  [
    'all runs are merged at once',
    'functions/kernels/spilled-runs.ts',
    'if (this.count < width) return this;',
    'if (this.count >= 0) return this;',
  ],
  ['keys overflow their room', FOLD, ' || this.#at > KEY_BYTES - SHORT_UNITS', ''],
  ['long keys overflow their room', FOLD, ' || this.#at + bytes.length > KEY_BYTES', ''],
  ['very long keys are taken', FOLD, ' || key.length > LONG_UNITS', ''],
  ['a table never spills', FOLD, 'if (table.full) this.#orFail(() => table.spill());', ''],
  [
    'the last pairs are left out',
    FOLD,
    '    this.#flush(this.#table);\n    if (this.#failure',
    '    if (this.#failure',
  ],
  ['a spill that fails is an error of its record', FOLD, 'this.#orFail(() => table.spill())', 'table.spill()'],
  ['a failure is forgotten', FOLD, '    if (this.#failure !== undefined) throw this.#failure;\n', ''],
  [
    'a fold that failed goes on',
    FOLD,
    '    if (this.#failure !== undefined) return;\n    this.#form ??=',
    '    this.#form ??=',
  ],
];

export const NUMBERS: Tested = { tests: TESTS, env: {}, sabotages: SABOTAGES };
