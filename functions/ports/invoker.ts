/** Starts a function without waiting for what it does; it runs at least once. */
export interface Invoker<R> {
  invoke(request: R): Promise<void>;
}
