/** Sabotages of values that may be missing. */
import type { Tested } from './tested.ts';

const TESTS = [
  'test/unit/aggregate.test.ts',
  'test/unit/formats/csv.test.ts',
  'test/unit/formats/jsonl.test.ts',
  'test/property/kernels/csv.test.ts',
  'test/property/kernels/lines.test.ts',
];

const PLAIN = 'functions/aggregate-plain.ts';

const SABOTAGES: Tested['sabotages'] = [
  [
    'an empty text is one, for a kernel',
    'functions/kernels/record-scan.ts',
    'this.#text(at) || null',
    'this.#text(at)',
  ],
  [
    'a kernel counts texts that are missing',
    'functions/kernels/plan.ts',
    "kind === 'count' && type === 'text?'",
    'false',
  ],
  [
    'what is missing makes all of it missing',
    PLAIN,
    'earlier === null ? later : later',
    'earlier === null ? earlier : later',
  ],
  ['what is missing is taken for a value', PLAIN, 'ofPresent(COMBINERS[kind])', 'COMBINERS[kind]'],
  ['what is missing is counted', PLAIN, '(read(record) === null ? 0 : 1)', '1'],
  ['what is missing is an integer', PLAIN, '(read(record) === null ? null : integer(record))', 'integer(record)'],
  ['what is missing is a group', PLAIN, '    if (value === null) return [];\n', ''],
  ['what is missing is a decimal', PLAIN, 'value === null ? null : decimal(', 'decimal('],
  ['an empty field is bad', 'functions/formats/csv-column-readers.ts', 'fields.isEmpty(index) ? null : ', ''],
  ['a member must be there', 'functions/formats/json-columns.ts', 'optional && (given ?? null) === null ? null : ', ''],
  [
    'groups may be missing',
    'functions/aggregate-job.ts',
    'if (isOptional(type) && !filled) {',
    'if (isOptional(type) && false) {',
  ],
];

export const MISSING_VALUES: Tested = { tests: TESTS, env: {}, sabotages: SABOTAGES };
