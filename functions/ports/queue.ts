/** A queue that delivers at least once, in any order. */
export interface Queue<M> {
  /** Resolves when every message is accepted; rejects otherwise, and then some may have been. */
  send(messages: readonly M[]): Promise<void>;
}
