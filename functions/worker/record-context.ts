import type { ChunkMessage } from '../core/messages.ts';
import type { MapContext } from '../job.ts';

type Params = ChunkMessage['params'];

/** One object for all records of a source: `map` may read it, never keep it. */
export class RecordContext implements MapContext<Params> {
  readonly source: string;
  readonly params: Params;
  offset = 0;

  constructor(source: string, params: Params) {
    this.source = source;
    this.params = params;
  }
}
