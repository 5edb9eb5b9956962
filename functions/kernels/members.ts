/** The members that records of JSON must have, told to a kernel. */
import type { Kernel } from './kernel.ts';
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
