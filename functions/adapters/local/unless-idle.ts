/**
 * What `waiting` comes to, or `idle` thrown once the process has nothing left to do that could settle it.
 *
 * @param idle makes the error
 */
export async function unlessIdle<T>(waiting: Promise<T>, idle: () => Error): Promise<T> {
  const { promise: never, reject } = Promise.withResolvers<never>();
  const hear = () => reject(idle());
  process.once('beforeExit', hear);
  try {
    return await Promise.race([waiting, never]);
  } finally {
    process.off('beforeExit', hear);
  }
}
