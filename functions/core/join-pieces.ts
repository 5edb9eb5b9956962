/**
 * How ranges of stored objects are joined into result objects by multipart upload, so that hardly a byte passes through
 * whoever joins them: what is large is copied where it lies, what is small is read together with its neighbours.
 */
import { PART_BYTES_MAX, PART_BYTES_MIN, PARTS_MAX } from '../limits.ts';

/** A range of one version of a stored object. Bytes, half-open. */
interface StoredPiece {
  readonly key: string;
  readonly etag: string;
  readonly start: number;
  readonly end: number;
}

/** A range that is stored, or bytes at hand. */
export type Piece = StoredPiece | { readonly bytes: Uint8Array };

/** One part of an upload: a range that is copied, or pieces that are read and sent together. */
export type JoinPart = { readonly copy: StoredPiece } | { readonly send: readonly Piece[] };

interface JoinLimits {
  /** Of all parts but an object's last. */
  readonly partBytesMin: number;
  readonly partBytesMax: number;
  /** Parts of an object. */
  readonly partsMax: number;
}

const S3_LIMITS: JoinLimits = { partBytesMin: PART_BYTES_MIN, partBytesMax: PART_BYTES_MAX, partsMax: PARTS_MAX };

export const pieceBytes = (piece: Piece) => ('bytes' in piece ? piece.bytes.length : piece.end - piece.start);

/**
 * The parts of one object after the other, in the order of the pieces. An object ends only where a piece does, so that
 * no row is torn. What is sent and not copied is less than two smallest parts for each stretch of small pieces.
 */
export function* joinPieces(pieces: Iterable<Piece>, limits = S3_LIMITS): Generator<JoinPart[]> {
  let object = new ObjectParts(limits);
  for (const piece of pieces) {
    if (pieceBytes(piece) === 0) continue;
    if (!object.hasRoomFor(piece)) {
      yield object.end();
      object = new ObjectParts(limits);
    }
    object.add(piece);
  }
  yield object.end();
}

/** The parts of an object as they come about. */
class ObjectParts {
  readonly #limits: JoinLimits;
  readonly #parts: JoinPart[] = [];
  /** Small pieces that wait until they are enough for a part. */
  #waiting: Piece[] = [];
  #waitingBytes = 0;

  constructor(limits: JoinLimits) {
    this.#limits = limits;
  }

  hasRoomFor(piece: Piece): boolean {
    const copies = Math.ceil(pieceBytes(piece) / this.#limits.partBytesMax);
    return this.#parts.length + 1 + copies + 1 <= this.#limits.partsMax; // what waits, the piece, and what waits then
  }

  add(piece: Piece): void {
    const { partBytesMin } = this.#limits;
    let rest = piece;
    if (this.#waiting.length > 0) {
      const lacks = partBytesMin - this.#waitingBytes;
      const remains = pieceBytes(piece) - lacks;
      // A remainder too small to be copied goes along.
      const taken = remains >= partBytesMin ? lacks : pieceBytes(piece);
      this.#wait(slice(piece, 0, taken));
      rest = slice(piece, taken, pieceBytes(piece));
    }
    if (pieceBytes(rest) > 0 && pieceBytes(rest) < partBytesMin) this.#wait(rest);
    else if (pieceBytes(rest) > 0) this.#copy(rest);
  }

  end(): JoinPart[] {
    if (this.#waiting.length > 0) this.#send();
    return this.#parts;
  }

  #wait(piece: Piece): void {
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
    for (let n = 0; n < ranges; n++) {
      const start = piece.start + Math.floor((bytes * n) / ranges);
      const end = piece.start + Math.floor((bytes * (n + 1)) / ranges);
      this.#parts.push({ copy: { ...piece, start, end } });
    }
  }
}

function slice(piece: Piece, from: number, to: number): Piece {
  if ('bytes' in piece) return { bytes: piece.bytes.subarray(from, to) };
  return { ...piece, start: piece.start + from, end: piece.start + to };
}
