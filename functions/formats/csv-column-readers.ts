import { FanfoldError } from '../errors.ts';
import { type ColumnType, isOptional, presentType } from './column-type.ts';
import type { CsvColumn, CsvColumns } from './csv-columns.ts';
import type { CsvFields } from './csv-fields.ts';

/** Why a record is bad. */
export class Refusal {
  readonly reason: string;

  constructor(reason: string) {
    this.reason = reason;
  }
}

/** The value of one field, or why it has none. */
export type ReadField = (fields: CsvFields, index: number) => string | number | bigint | null | Refusal;

/** How each column is read. Throws FANFOLD_JOB_INVALID naming every column of an unknown type. */
export function columnReaders(columns: CsvColumns): Map<string, ReadField> {
  const readers = new Map<string, ReadField>();
  const wrong: string[] = [];
  for (const [name, type] of Object.entries(columns)) {
    const reader = columnReader(name, type);
    if (reader === undefined) wrong.push(`column ${name}: ${JSON.stringify(type)} is no type`);
    else readers.set(name, reader);
  }
  if (readers.size === 0 && wrong.length === 0) wrong.push('no column is named');
  if (wrong.length === 0) return readers;
  throw new FanfoldError('FANFOLD_JOB_INVALID', `csv(): ${wrong.join('; ')}`, {
    fix: "Give { name: type }, each type 'text', 'integer', 'number' or 'decimal(n)' with n from 0 to 100, and with a ? if it may be empty; or no columns at all.",
  });
}

const SCALE_MAX = 100;
const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;

function columnReader(name: string, type: CsvColumn): ReadField | undefined {
  const read = presentReader(name, presentType(type));
  if (read === undefined || !isOptional(type)) return read;
  return (fields, index) => (fields.isEmpty(index) ? null : read(fields, index));
}

function presentReader(name: string, type: ColumnType): ReadField | undefined {
  const refuse = (fields: CsvFields, index: number, what: string) =>
    new Refusal(`column ${name}: ${quoted(fields.text(index))} is not ${what}`);
  if (type === 'text') return (fields, index) => fields.text(index);
  if (type === 'number') {
    return (fields, index) => {
      const text = fields.text(index);
      const value = NUMBER.test(text) ? Number(text) : Number.NaN;
      return Number.isFinite(value) ? value : refuse(fields, index, 'a finite number');
    };
  }
  if (type === 'integer') {
    return (fields, index) => fields.scaled(index, 0, true) ?? refuse(fields, index, 'an integer');
  }
  const digits = typeof type === 'string' ? /^decimal\((\d{1,3})\)$/.exec(type)?.[1] : undefined;
  const scale = Number(digits);
  if (digits === undefined || scale > SCALE_MAX) return undefined;
  const what = `a decimal number with at most ${scale} decimals`;
  return (fields, index) => fields.scaled(index, scale, false) ?? refuse(fields, index, what);
}

const SHOWN_CHARACTERS_MAX = 40;

const quoted = (text: string) =>
  JSON.stringify(text.length > SHOWN_CHARACTERS_MAX ? `${text.slice(0, SHOWN_CHARACTERS_MAX)}…` : text);
