/** The members or columns that records must have, told to a kernel. */
import type { Header } from '../core/plan.ts';
import { scaleOf } from '../formats/column-type.ts';
import type { CsvDialect } from '../formats/csv-scanner.ts';
import type { Kernel, KernelExports } from './kernel.ts';
import type { PlannedColumn } from './plan.ts';

/** Of functions/kernels/assembly/json.ts. */
const TYPES = { text: 1, integer: 2, number: 3, list: 4 } as const;
const OPTIONAL = 8;

export function needMembers(kernel: Kernel, columns: readonly PlannedColumn[]): void {
  const { exports } = kernel;
  exports.openJson();
  for (const { name, type, optional, field } of columns) {
    const bytes = Buffer.from(name);
    const at = kernel.keep(bytes);
    const single = type === 'text' || type === 'integer' || type === 'number';
    exports.addMember(at, bytes.length, (single ? TYPES[type] : TYPES.list) | (optional ? OPTIONAL : 0), field);
  }
}

/** How rows of CSV are written, and where their columns stand. False: a kernel can take none of them. */
export function tellColumns(
  exports: KernelExports,
  { delimiter, quote }: CsvDialect,
  { columns, names }: Header,
  needed: readonly PlannedColumn[],
): boolean {
  const indexes = new Map(names.map(([index, name]) => [name, index]));
  exports.openCsv(columns, delimiter, quote);
  return needed.every(({ name, type, optional, field }) => {
    const index = indexes.get(name);
    if (index === undefined) return false;
    return exports.addCsvColumn(index, csvType(type, optional), field, scaleOf(type) ?? 0) !== 0;
  });
}

/** Of functions/kernels/assembly/csv.ts. */
const csvType = (type: PlannedColumn['type'], optional: boolean) =>
  (type === 'text' ? 1 : type === 'number' ? 3 : 2) | (optional ? 4 : 0);
