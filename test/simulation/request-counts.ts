/** Requests by who makes them and what they are, as they are paid for. */

export const REQUEST_KINDS = ['GET', 'HEAD', 'PUT', 'LIST', 'send', 'receive', 'delete', 'invoke'] as const;
export type RequestKind = (typeof REQUEST_KINDS)[number];

const KIND_OF: { readonly [operation: string]: RequestKind } = {
  GetObject: 'GET',
  HeadObject: 'HEAD',
  PutObject: 'PUT',
  CreateMultipartUpload: 'PUT',
  UploadPart: 'PUT',
  UploadPartCopy: 'PUT',
  CompleteMultipartUpload: 'PUT',
  AbortMultipartUpload: 'PUT',
  ListObjectsV2: 'LIST',
  SendMessage: 'send',
  SendMessageBatch: 'send',
  Invoke: 'invoke',
};

export class RequestCounts {
  readonly #counts = new Map<string, number>();
  /** What was asked of partials by whoever merges them. */
  partialsRead = 0;

  /** @param who `worker#17` */
  add(who: string, operation: string, target: string): void {
    const [station = ''] = who.split('#');
    const kind = KIND_OF[operation];
    if (kind === undefined) throw new Error(`nobody knows what ${operation} costs`);
    this.#count(station, kind, 1);
    if (station === 'aggregator' && kind === 'GET' && target.includes('/partials/')) this.partialsRead += 1;
  }

  /** What a queue's reader asks for. */
  addSqs({ receives, deletions }: { readonly receives: number; readonly deletions: number }): void {
    this.#count('worker', 'receive', receives);
    this.#count('worker', 'delete', deletions);
  }

  of(station: string, kind: RequestKind): number {
    return this.#counts.get(`${station} ${kind}`) ?? 0;
  }

  total(kind: RequestKind): number {
    let total = 0;
    for (const [key, count] of this.#counts) if (key.endsWith(` ${kind}`)) total += count;
    return total;
  }

  #count(station: string, kind: RequestKind, times: number): void {
    const key = `${station} ${kind}`;
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + times);
  }
}
