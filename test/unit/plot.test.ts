import { expect, test } from 'vitest';
import { svgOf } from '../../bench/plot.ts';

test('a plot places powers of ten evenly, tells its axes, and escapes what it is told', () => {
  const svg = svgOf({
    title: 'a < b & "c"',
    x: 'chunks',
    y: 'seconds',
    xTick: (value) => `x${value}`,
    yTick: (value) => `y${value}`,
    series: [
      { name: 'one', points: [[1, 1], [10, 10], [100, 100]] }, // biome-ignore format: as a table
      { name: 'two', points: [[1, 10], [100, 10]] }, // biome-ignore format: as a table
    ],
  });
  const circles = [...svg.matchAll(/<circle cx="([\d.]+)" cy="([\d.]+)"/g)].map(([, x, y]) => [Number(x), Number(y)]);
  expect(circles).toEqual([[70, 310], [280, 175], [490, 40], [70, 175], [490, 175]]); // biome-ignore format: as a table
  expect(svg).toContain('a &lt; b &amp; &quot;c&quot;');
  for (const text of ['x1', 'x10', 'x100', 'y1', 'y10', 'y100', 'chunks', 'seconds', 'one', 'two', 'dashed']) {
    expect(svg).toContain(text);
  }
  expect(svg).toMatch(/<line x1="70" y1="310" x2="490" y2="40" stroke="#888"/); // in proportion: the diagonal
});
