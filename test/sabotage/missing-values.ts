/** Sabotages of values that may be missing. */
import type { Tested } from './tested.ts';

const TESTS = [
  'test/unit/aggregate.test.ts',
  'test/unit/formats/csv.test.ts',
  'test/unit/formats/jsonl.test.ts',
  'test/property/kernels/csv.test.ts',
  'test/property/kernels/lines.test.ts',
  'test/property/kernels/missing-values.test.ts',
];

const PLAIN = 'functions/aggregate-plain.ts';
const SCAN = 'functions/kernels/record-scan.ts';
const VALUES = 'functions/kernels/assembly/values.ts';
const ENCODED = 'functions/kernels/assembly/encoded-values.ts';
const ROWS = 'functions/kernels/assembly/rows.ts';
const CSV_ROWS = 'functions/kernels/assembly/csv.ts';
const JSON_LINES = 'functions/kernels/assembly/json.ts';

const SABOTAGES: Tested['sabotages'] = [
  ['an empty text of CSV is one, for a kernel', SCAN, "this.#plan.scan === 'csvRows' ? 1 : 0", '0'],
  ['an empty text of JSON is none, for a kernel', SCAN, "this.#plan.scan === 'csvRows' ? 1 : 0", '1'],
  ['a text that is missing is one, for a kernel', SCAN, 'wordAt(this.#words, at + where) === 0 ? null : ', ''],
  ['a kernel counts all records', 'functions/kernels/plan.ts', '(isOptional(type) ? OPTIONAL_KINDS : KINDS)', 'KINDS'],
  [
    'what is missing makes all of it missing',
    PLAIN,
    'earlier === null ? later : later',
    'earlier === null ? earlier : later',
  ],
  ['what is missing is taken for a value', PLAIN, 'ofPresent(COMBINERS[kind])', 'COMBINERS[kind]'],
  ['what is missing is counted', PLAIN, '(read(record) === null ? 0 : 1)', '1'],
  [
    'what is missing is an integer',
    PLAIN,
    'return value === null ? null : BigInt(value);',
    'return BigInt(value ?? 0);',
  ],
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
  ['a number that is missing is zero', SCAN, 'wordAt(this.#words, at + 1) === 0 ? null : ', ''],
  ['an integer that is missing is the least of all', SCAN, 'this.#number(at) === MISSING ? null : ', ''],
  [
    'a kernel counts what is missing, first',
    VALUES,
    'if (kind == OPTIONAL_COUNT) value = <i64>(value != MISSING);',
    'if (kind == OPTIONAL_COUNT) value = 1;',
  ],
  ['a kernel counts what is missing, later', VALUES, 'load<i64>(at) + <i64>(value != MISSING)', 'load<i64>(at) + 1'],
  [
    'a sum begins with what is missing',
    VALUES,
    'value == MISSING ? MISSING : value >> 63, 8);\n    at +=',
    'value >> 63, 8);\n    at +=',
  ],
  [
    'a sum goes on with what is missing',
    VALUES,
    'if (low == MISSING && (!sum || high == MISSING)) return;',
    'if (low == MISSING && !sum) return;',
  ],
  [
    'the least goes on with what is missing',
    VALUES,
    'if (low == MISSING && (!sum || high == MISSING)) return;',
    'if (low == MISSING && sum && high == MISSING) return;',
  ],
  [
    'what comes after what is missing is joined to it',
    VALUES,
    '  if (isMissing(at, kind)) {',
    '  if (isMissing(at, kind) && sum) {',
  ],
  ['a sum whose low half looks so is missing', VALUES, '(kind != OPTIONAL_SUM || load<i64>(at, 8) == MISSING)', 'true'],
  ['what is missing is stored as a number', ENCODED, 'kind > OPTIONAL && isMissing(values, kind)', 'false'],
  [
    'the least of 64 bits is missing',
    ENCODED,
    '      if (kind > OPTIONAL && !isSum(kind) && <i64>(read ^ turned) == MISSING) return 0;\n',
    '',
  ],
  ['what is missing is a cell', ROWS, '      if (kind > OPTIONAL && isMissing(at, kind)) continue;\n', ''],
  ['a row of nothing is a blank line', ROWS, 'if (out == from) {', 'if (out < from) {'],
  ['an empty field of CSV is read', CSV_ROWS, '(type == present || start < end)', 'true'],
  ['an empty field of CSV is zero', CSV_ROWS, 'start == end ? MISSING : 0', '0'],
  ['a member of JSON that is null is read', JSON_LINES, 'type != <u8>member.type && load<u32>(at) == NULL', 'false'],
  [
    'a member of JSON that is not there is that of the record before',
    JSON_LINES,
    ' miss(member(ctz(left)).field);',
    ' continue;',
  ],
  ['a member of JSON must be there, for a kernel', JSON_LINES, '(missing & ~optional) != 0', 'missing != 0'],
];

export const MISSING_VALUES: Tested = { tests: TESTS, env: {}, sabotages: SABOTAGES };
