/**
 * Report, then look: whoever writes a partial makes it durable first, then lists its own group, and starts the parent
 * if all expected names are there. S3 lists what it has acknowledged, so the last of the siblings sees a full group.
 */
import { groupPrefix, partialKey } from '../core/keys.ts';
import type { Plan } from '../core/plan.ts';
import { groupMembers, parentOf } from '../core/tree.ts';
import type { Note, ObjectName } from '../ports/object-store.ts';
import type { Services } from '../ports/services.ts';
import { listAll } from './list-all.ts';

/** A node of a run's tree, and what its name and its siblings' names are made of. */
export interface Node {
  readonly run: string;
  readonly job: string;
  readonly level: number;
  readonly index: number;
  readonly chunks: number;
  readonly groupSize: number;
}

export function nodeOf(plan: Plan, level: number, index: number): Node {
  const { run, job, totals, geometry } = plan;
  return { run, job, level, index, chunks: totals.chunks, groupSize: geometry.groupSize };
}

/** Writes a node's partial, unless one stands there already, and looks at its group in either case. */
export async function report(
  services: Services,
  node: Node,
  partial: Uint8Array | AsyncIterable<Uint8Array>,
  note?: Note,
): Promise<'created' | 'exists'> {
  return reportBy(services, node, (name) => services.store.putIfAbsent(name, partial, note));
}

/** The same, however the partial comes under its name. */
export async function reportBy(
  services: Services,
  node: Node,
  write: (name: ObjectName) => Promise<'created' | 'exists'>,
): Promise<'created' | 'exists'> {
  const key = partialKey(node.run, node.level, node.index, node.groupSize);
  const written = await write({ bucket: services.results, key });
  await look(services, node);
  return written;
}

/** Starts the parent if all of the node's group is there. Starting it twice is harmless. */
export async function look(services: Services, node: Node): Promise<boolean> {
  const { run, job, level, index, chunks, groupSize } = node;
  const group = Math.floor(index / groupSize);
  const members = groupMembers(chunks, groupSize, level, group);
  const present = new Set<string>();
  // One request: a group is smaller than a page. But S3 may answer with fewer keys than there are, and say so.
  for await (const { key } of listAll(services.store, services.results, groupPrefix(run, level, group)))
    present.add(key);
  for (let i = members.first; i < members.end; i++) {
    if (!present.has(partialKey(run, level, i, groupSize))) return false;
  }
  await services.aggregator.invoke({ run, job, ...parentOf(chunks, groupSize, level, group) });
  return true;
}
