/** Lines over two logarithmic axes, as SVG: small enough to read as a picture and as text. */

export interface Series {
  readonly name: string;
  readonly points: readonly (readonly [x: number, y: number])[];
}

export interface Plot {
  readonly title: string;
  readonly x: string;
  readonly y: string;
  readonly series: readonly Series[];
  /** How a value of an axis is told. */
  readonly xTick: (value: number) => string;
  readonly yTick: (value: number) => string;
  /** Between two ticks of the horizontal axis; the vertical one has its own at each power of ten. @default 10 */
  readonly xBase?: number;
}

const [WIDTH, HEIGHT] = [640, 360];
const [LEFT, RIGHT, TOP, BOTTOM] = [70, 150, 40, 50];
/** Told apart also by those who do not see red and green as two. */
const COLOURS = ['#0b6fb8', '#d1570c', '#4a8c2a', '#7b4fa3'];

/** A dashed line through the last point of the first series is what grows in proportion. */
export function svgOf({ title, x, y, series, xTick, yTick, xBase = 10 }: Plot): string {
  const all = series.flatMap(({ points }) => points);
  const xs = axis(
    all.map(([value]) => value),
    xBase,
    LEFT,
    WIDTH - RIGHT,
  );
  const ys = axis(
    all.map(([, value]) => value),
    10,
    HEIGHT - BOTTOM,
    TOP,
  );
  const grid = [
    ...xs.ticks.map((value) =>
      tick(xs.place(value), HEIGHT - BOTTOM, xs.place(value), TOP, xTick(value), 'middle', 0, 16),
    ),
    ...ys.ticks.map((value) => tick(LEFT, ys.place(value), WIDTH - RIGHT, ys.place(value), yTick(value), 'end', -6, 4)),
  ];
  const lines = series.map(({ name, points }, i) => {
    const colour = COLOURS[i % COLOURS.length];
    const places = points.map(([px, py]) => `${place(xs.place(px))},${place(ys.place(py))}`);
    const dots = places.map(
      (at) => `<circle cx="${at.split(',')[0]}" cy="${at.split(',')[1]}" r="3" fill="${colour}"/>`,
    );
    const legend = `<text x="${WIDTH - RIGHT + 12}" y="${TOP + 14 + i * 18}" fill="${colour}">${escaped(name)}</text>`;
    return [
      `<polyline points="${places.join(' ')}" fill="none" stroke="${colour}" stroke-width="2"/>`,
      ...dots,
      legend,
    ].join('\n');
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12" role="img" aria-label="${escaped(title)}">`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#fff"/>`,
    `<text x="${LEFT}" y="20" font-size="14">${escaped(title)}</text>`,
    ...grid,
    ...proportional(series[0], xs, ys),
    ...lines,
    `<text x="${(LEFT + WIDTH - RIGHT) / 2}" y="${HEIGHT - 12}" text-anchor="middle">${escaped(x)}</text>`,
    `<text transform="translate(16 ${(TOP + HEIGHT - BOTTOM) / 2}) rotate(-90)" text-anchor="middle">${escaped(y)}</text>`,
    '</svg>',
    '',
  ].join('\n');
}

interface Axis {
  readonly ticks: readonly number[];
  readonly least: number;
  readonly most: number;
  place(value: number): number;
}

function axis(values: readonly number[], base: number, from: number, to: number): Axis {
  const log = (value: number) => Math.log(value) / Math.log(base);
  const first = Math.floor(log(Math.min(...values)) + 1e-9);
  const last = Math.max(first + 1, Math.ceil(log(Math.max(...values)) - 1e-9));
  const ticks = Array.from({ length: last - first + 1 }, (_, i) => base ** (first + i));
  const place = (value: number) => from + ((log(value) - first) / (last - first)) * (to - from);
  return { ticks, least: base ** first, most: base ** last, place };
}

function proportional(series: Series | undefined, xs: Axis, ys: Axis): string[] {
  const last = series?.points.at(-1);
  if (last === undefined) return [];
  const slope = last[1] / last[0];
  const start = Math.max(xs.least, ys.least / slope);
  const [x1, y1, x2, y2] = [xs.place(start), ys.place(start * slope), xs.place(last[0]), ys.place(last[1])].map(place);
  const line = `<line x1="${x1}" y1="${y1}" x2="${x2}" y2="${y2}" stroke="#888" stroke-dasharray="4 4"/>`;
  return [line, `<text x="${WIDTH - RIGHT + 12}" y="${HEIGHT - BOTTOM}" fill="#888">dashed: in proportion</text>`];
}

function tick(
  x1: number,
  y1: number,
  x2: number,
  y2: number,
  text: string,
  anchor: string,
  dx: number,
  dy: number,
): string {
  const line = `<line x1="${place(x1)}" y1="${place(y1)}" x2="${place(x2)}" y2="${place(y2)}" stroke="#ddd"/>`;
  return `${line}<text x="${place(x1 + dx)}" y="${place(y1 + dy)}" text-anchor="${anchor}">${escaped(text)}</text>`;
}

const place = (value: number) => Number(value.toFixed(1));
const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
