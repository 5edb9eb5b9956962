/**
 * How ranges of stored objects are joined into result objects by multipart upload, so that hardly a byte passes through
 * whoever joins them: what is large is copied where it lies, what is small is read together with its neighbours.
 */
import { JOINED_BYTES_GOAL, PART_BYTES_MAX, PART_BYTES_MIN, PARTS_MAX } from '../limits.ts';

/** A range of one version of a stored object. Bytes, half-open. */
export interface StoredPiece {
  readonly key: string;
  readonly etag: string;
  readonly start: number;
  readonly end: number;
}

/** A range that is stored, or bytes at hand. */
export type Piece = StoredPiece | { readonly bytes: Uint8Array };

/** One part of an upload: a range that is copied, or pieces that are read and sent together. */
export type JoinPart = { readonly copy: StoredPiece } | { readonly send: readonly Piece[] };

export interface JoinLimits {
  /** Of all parts but an object's last. */
  readonly partBytesMin: number;
  readonly partBytesMax: number;
  /** Parts of an object. */
  readonly partsMax: number;
  /** An object that has come to as much ends, so that several can be joined at a time. */
  readonly objectBytesGoal: number;
}

export const S3_LIMITS: JoinLimits = {
  partBytesMin: PART_BYTES_MIN,
  partBytesMax: PART_BYTES_MAX,
  partsMax: PARTS_MAX,
  objectBytesGoal: JOINED_BYTES_GOAL,
};

/** What parts are made of, in order. */
export const piecesOf = (parts: readonly JoinPart[]): Piece[] =>
  parts.flatMap((part): readonly Piece[] => ('copy' in part ? [part.copy] : part.send));

export const pieceBytes = (piece: Piece) => ('bytes' in piece ? piece.bytes.length : piece.end - piece.start);

/**
 * The pieces of one object after the other, in their order. An object ends only where a piece does, so that no row is
 * torn. There is one at least, if only of nothing.
 */
export function* cutObjects<P extends Piece>(pieces: Iterable<P>, limits: JoinLimits): Generator<P[]> {
  let parts = new ObjectParts(limits);
  let some: P[] = [];
  for (const piece of pieces) {
    if (!parts.hasRoomFor(piece)) {
      yield some;
      parts = new ObjectParts(limits);
      some = [];
    }
    parts.add(piece);
    some.push(piece);
  }
  yield some;
}

/** The parts of an object. What is sent and not copied is less than two smallest parts for each stretch of small pieces. */
export function partsOf(pieces: Iterable<Piece>, limits: JoinLimits): JoinPart[] {
  const parts = new ObjectParts(limits);
  for (const piece of pieces) parts.add(piece);
  return parts.end();
}

/** The parts of an object as they come about. */
class ObjectParts {
  readonly #limits: JoinLimits;
  readonly #parts: JoinPart[] = [];
  /** Small pieces that wait until they are enough for a part. */
  #waiting: Piece[] = [];
  #waitingBytes = 0;
  #bytes = 0;

  constructor(limits: JoinLimits) {
    this.#limits = limits;
  }

  hasRoomFor(piece: Piece): boolean {
    if (this.#bytes === 0) return true;
    if (this.#bytes >= this.#limits.objectBytesGoal) return false;
    const copies = Math.ceil(pieceBytes(piece) / this.#limits.partBytesMax);
    return this.#parts.length + 1 + copies + 1 <= this.#limits.partsMax; // what waits, the piece, and what waits then
  }

  add(piece: Piece): void {
    const { partBytesMin } = this.#limits;
    this.#bytes += pieceBytes(piece);
    let rest = piece;
    if (this.#waiting.length > 0) {
      const lacks = partBytesMin - this.#waitingBytes;
      const remains = pieceBytes(piece) - lacks;
      // A remainder too small to be copied goes along.
      const taken = remains >= partBytesMin ? lacks : pieceBytes(piece);
      this.#wait(slice(piece, 0, taken));
      rest = slice(piece, taken, pieceBytes(piece));
    }
    if (pieceBytes(rest) >= partBytesMin) this.#copy(rest);
    else this.#wait(rest);
  }

  end(): JoinPart[] {
    if (this.#waiting.length > 0) this.#send();
    return this.#parts;
  }

  #wait(piece: Piece): void {
    if (pieceBytes(piece) === 0) return;
    this.#waiting.push(piece);
    this.#waitingBytes += pieceBytes(piece);
    if (this.#waitingBytes >= this.#limits.partBytesMin) this.#send();
  }

  #send(): void {
    this.#parts.push({ send: this.#waiting });
    this.#waiting = [];
    this.#waitingBytes = 0;
  }

  /** In even ranges, so that none is too small. */
  #copy(piece: Piece): void {
    if ('bytes' in piece) {
      this.#parts.push({ send: [piece] });
      return;
    }
    const bytes = pieceBytes(piece);
    const ranges = Math.ceil(bytes / this.#limits.partBytesMax);
    const { key, etag } = piece;
    for (let n = 0; n < ranges; n++) {
      const start = piece.start + Math.floor((bytes * n) / ranges);
      const end = piece.start + Math.floor((bytes * (n + 1)) / ranges);
      this.#parts.push({ copy: { key, etag, start, end } });
    }
  }
}

function slice(piece: Piece, from: number, to: number): Piece {
  if ('bytes' in piece) return { bytes: piece.bytes.subarray(from, to) };
  const { key, etag, start } = piece;
  return { key, etag, start: start + from, end: start + to };
}
