/** The members or columns that records must have, told to a kernel. */
import type { Header } from '../core/plan.ts';
import { scaleOf } from '../formats/column-type.ts';
import type { CsvDialect } from '../formats/csv-scanner.ts';
import type { Kernel, KernelExports } from './kernel.ts';
import type { PlannedColumn } from './plan.ts';

/** Of functions/kernels/assembly/json.ts. */
const TYPES = { text: 1, integer: 2, number: 3, list: 4 } as const;

export function needMembers(kernel: Kernel, columns: readonly PlannedColumn[]): void {
  const { exports } = kernel;
  exports.openJson();
  for (const { name, type, field } of columns) {
    const bytes = Buffer.from(name);
    const at = kernel.keep(bytes);
    exports.addMember(
      at,
      bytes.length,
      type === 'text' || type === 'integer' || type === 'number' ? TYPES[type] : TYPES.list,
      field,
    );
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
  return needed.every(({ name, type, field }) => {
    const index = indexes.get(name);
    if (index === undefined) return false;
    return exports.addCsvColumn(index, csvType(type), field, scaleOf(type) ?? 0) !== 0;
  });
}

/** Of functions/kernels/assembly/csv.ts. */
const csvType = (type: PlannedColumn['type']) => (type === 'text' ? 1 : type === 'number' ? 3 : 2);
