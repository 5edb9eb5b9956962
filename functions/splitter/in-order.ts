/** A step for each of many, several on their way at a time; what comes of them in order. */
export async function* inOrder<T, R>(
  many: AsyncIterable<T>,
  together: number,
  step: (one: T) => Promise<R>,
): AsyncGenerator<R> {
  const flying: Promise<R>[] = [];
  try {
    for await (const one of many) {
      const promise = step(one);
      promise.catch(() => {}); // it is told when its turn comes
      flying.push(promise);
      if (flying.length < together) continue;
      const [first] = flying.splice(0, 1);
      if (first !== undefined) yield await first;
    }
    for (let first = flying.shift(); first !== undefined; first = flying.shift()) yield await first;
  } finally {
    await Promise.allSettled(flying);
  }
}
