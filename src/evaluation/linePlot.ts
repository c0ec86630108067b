/** A point of a line; `low` and `high` bound what is known of `y`. */
export interface PlotPoint {
  readonly x: number;
  readonly y: number;
  readonly low?: number;
  readonly high?: number;
}

export interface PlotLine {
  readonly name: string;
  readonly points: readonly PlotPoint[];
}

export interface LinePlot {
  readonly title: string;
  readonly xLabel: string;
  readonly yLabel: string;
  readonly lines: readonly PlotLine[];
}

const size = { width: 640, height: 360, left: 56, right: 150, top: 40, bottom: 48 };
/** Legible on white and told apart by most eyes (Okabe and Ito); markers tell them apart without colour. */
const colours = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#56b4e9', '#e69f00'];
const markers = ['circle', 'square', 'diamond'] as const;

/** A line plot as an SVG file of its own, with intervals as bars; x values stand at equal distances, in their order. */
export function renderLinePlot({ title, xLabel, yLabel, lines }: LinePlot): string {
  const points = lines.flatMap((line) => line.points);
  const xs = [...new Set(points.map(({ x }) => x))].sort((a, b) => a - b);
  const scale = niceScale(points.flatMap(({ y, low = y, high = y }) => [low, high]));
  const inner = {
    width: size.width - size.left - size.right,
    height: size.height - size.top - size.bottom,
  };
  const place: Place = {
    x: (x) => size.left + ((xs.indexOf(x) + 0.5) / Math.max(1, xs.length)) * inner.width,
    y: (y) => size.top + (1 - (y - scale.low) / (scale.high - scale.low)) * inner.height,
  };
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size.width} ${size.height}" font-family="sans-serif" font-size="12" role="img" aria-label="${escape(title)}">`,
    `<rect width="100%" height="100%" fill="#fff"/>`,
    text(size.left, 20, title, 'start', 14),
    ...scale.ticks.flatMap((tick) => [
      `<path d="M${size.left} ${round(place.y(tick))}H${size.width - size.right}" stroke="#ddd"/>`,
      text(size.left - 8, place.y(tick) + 4, String(tick), 'end'),
    ]),
    ...xs.map((x) => text(place.x(x), size.height - size.bottom + 18, String(x), 'middle')),
    text(size.left + inner.width / 2, size.height - 10, xLabel, 'middle'),
    `<text transform="translate(16 ${size.top + inner.height / 2}) rotate(-90)" text-anchor="middle" fill="#222">${escape(yLabel)}</text>`,
    ...lines.flatMap((line, i) => drawLine(line, i, place)),
    '</svg>\n',
  ].join('\n');
}

interface Place {
  readonly x: (x: number) => number;
  readonly y: (y: number) => number;
}

function drawLine({ name, points }: PlotLine, index: number, place: Place): string[] {
  const colour = colours[index % colours.length]!;
  const path = points.map(({ x, y }, i) => `${i === 0 ? 'M' : 'L'}${round(place.x(x))} ${round(place.y(y))}`);
  const bars = points.flatMap(({ x, low, high }) =>
    low === undefined || high === undefined
      ? []
      : [
          `<path d="M${round(place.x(x))} ${round(place.y(low))}V${round(place.y(high))}" stroke="${colour}" stroke-width="1.5" opacity="0.6"/>`,
        ],
  );
  const legend = { x: size.width - size.right + 16, y: size.top + 10 + index * 20 };
  return [
    `<path d="${path.join('')}" fill="none" stroke="${colour}" stroke-width="2"/>`,
    ...bars,
    ...points.map(({ x, y }) => marker(index, place.x(x), place.y(y), colour)),
    marker(index, legend.x, legend.y, colour),
    text(legend.x + 12, legend.y + 4, name, 'start'),
  ];
}

function marker(index: number, x: number, y: number, colour: string): string {
  const [cx, cy] = [round(x), round(y)];
  const kind = markers[index % markers.length]!;
  if (kind === 'circle') return `<circle cx="${cx}" cy="${cy}" r="4" fill="${colour}"/>`;
  const turn = kind === 'diamond' ? ` transform="rotate(45 ${cx} ${cy})"` : '';
  return `<rect x="${round(x - 3.5)}" y="${round(y - 3.5)}" width="7" height="7" fill="${colour}"${turn}/>`;
}

/** Round numbers that hold all values. */
function niceScale(values: readonly number[]): { low: number; high: number; ticks: number[] } {
  const [least, most] = [Math.min(0, ...values), Math.max(...values, 1e-9)];
  const rough = (most - least) / 5;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((n) => n * power).find((candidate) => candidate >= rough)!;
  const [low, high] = [Math.floor(least / step) * step, Math.ceil(most / step) * step];
  const count = Math.round((high - low) / step);
  return {
    low,
    high,
    ticks: Array.from({ length: count + 1 }, (_, i) => Number((low + i * step).toPrecision(6))),
  };
}

const round = (x: number): number => Math.round(x * 10) / 10;
const escape = (value: string): string => value.replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);

function text(
  x: number,
  y: number,
  value: string,
  anchor: 'start' | 'middle' | 'end',
  fontSize = 12,
): string {
  return `<text x="${round(x)}" y="${round(y)}" text-anchor="${anchor}" font-size="${fontSize}" fill="#222">${escape(value)}</text>`;
}
