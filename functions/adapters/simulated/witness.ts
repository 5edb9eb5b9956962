/** Somebody who sees every write of a simulation, and says what must never happen. Knows keys, but none of the code. */
import type { S3Service } from './s3-service.ts';
import { RESULTS } from './stations.ts';

/** The part of a plan that says how many partials each level has. */
interface Shape {
  readonly totals: { readonly chunks: number };
  readonly geometry: { readonly groupSize: number };
  readonly partitions: { readonly boundaries: readonly string[] };
}

const PARTIAL = /^runs\/([^/]+)\/partials\/(\d+)\/(\d+)\/(\d+)$/;
const PART = /^[^/]+\/([^/]+)\/part-\d+\.[a-z]+$/;

export class Witness {
  /** What happened that must not, as sentences. */
  readonly violations: string[] = [];
  readonly #s3: S3Service;
  readonly #shapes = new Map<string, Shape>();

  constructor(s3: S3Service) {
    this.#s3 = s3;
    s3.onWrite((bucket, key) => {
      if (bucket === RESULTS) this.#see(key);
    });
  }

  /** A document of the results bucket. */
  document<T>(key: string): T | undefined {
    const version = this.#s3.bucket(RESULTS).get(key);
    return version === undefined ? undefined : (JSON.parse(version.bytes.toString()) as T); // what fanfold wrote
  }

  #see(key: string): void {
    if (this.#s3.bucket(RESULTS).versions(key).length > 1) this.violations.push(`${key} was written twice`);
    const [, run = '', level = '', , index = ''] = PARTIAL.exec(key) ?? [];
    if (run !== '' && Number(level) > 0) this.#checkGroup(key, run, Number(level) - 1, Number(index));
    const [, published] = PART.exec(key) ?? [];
    if (published !== undefined) this.#checkPart(key, published);
  }

  /** A part stands behind its whole top group, and one of several also behind the proof. */
  #checkPart(key: string, run: string): void {
    this.#checkGroup(key, run, this.#topOf(run), 0);
    const several = (this.#shapeOf(run)?.partitions.boundaries.length ?? 0) > 0 || !key.includes('/part-00000.');
    const proven = this.#s3.bucket(RESULTS).get(`runs/${run}/publication.json`) !== undefined;
    if (several && !proven) this.violations.push(`${key} was written before the publication was sealed`);
  }

  /** What merges a group must not stand before the whole group does. */
  #checkGroup(key: string, run: string, level: number, group: number): void {
    const shape = this.#shapeOf(run);
    if (shape === undefined) {
      this.violations.push(`${key} was written without a plan`);
      return;
    }
    const { groupSize } = shape.geometry;
    const siblings = Math.ceil(shape.totals.chunks / groupSize ** level);
    const expected = Math.min(groupSize, siblings - group * groupSize);
    const prefix = `runs/${run}/partials/${level}/${String(group).padStart(8, '0')}/`;
    const found = [...this.#s3.bucket(RESULTS).list(prefix)].length;
    if (found !== expected) this.violations.push(`${key} was written when its group had ${found} of ${expected}`);
  }

  #topOf(run: string): number {
    const shape = this.#shapeOf(run);
    let level = 0;
    if (shape === undefined) return level;
    for (let size = shape.totals.chunks; size > shape.geometry.groupSize; level++) {
      size = Math.ceil(size / shape.geometry.groupSize);
    }
    return level;
  }

  #shapeOf(run: string): Shape | undefined {
    const known = this.#shapes.get(run) ?? this.document<Shape>(`runs/${run}/plan.json`);
    if (known !== undefined) this.#shapes.set(run, known);
    return known;
  }
}
