import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { onInterrupt } from '../../functions/cli/interrupt.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'] });
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

test('the first Ctrl-C asks, the second quits, and one press that is heard twice is one', () => {
  const exit = vi.spyOn(process, 'exit').mockImplementation(() => {
    throw new Error('exited');
  });
  const ask = vi.fn();
  const stop = onInterrupt(ask);
  process.emit('SIGINT');
  vi.advanceTimersByTime(150);
  process.emit('SIGINT');
  expect(ask).toHaveBeenCalledTimes(1);
  expect(exit).not.toHaveBeenCalled();
  vi.advanceTimersByTime(150);
  expect(() => process.emit('SIGINT')).toThrow('exited');
  expect(exit).toHaveBeenCalledWith(130);
  expect(ask).toHaveBeenCalledTimes(1);
  stop();
});

test('nobody listens any more afterwards', () => {
  const before = process.listenerCount('SIGINT');
  onInterrupt(() => {})();
  expect(process.listenerCount('SIGINT')).toBe(before);
});
