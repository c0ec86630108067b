import type { CoverageMap } from './coverage.ts';

/** Where a run's folder has the map of what was kept. */
export const coverageFile = 'coverage.svg';

const size = { width: 640, height: 420, margin: 24, legend: 36 };

/** Okabe and Ito's colours; shapes tell the kinds apart without colour. */
const colours = { task: '#56b4e9', covered: '#0072b2', uncovered: '#d55e00' };

/** A map as an SVG file of its own: tasks as dots, passages as squares, those without tasks around them hollow. */
export function renderCoverage(map: CoverageMap): string {
  const x = (share: number) => round(size.margin + share * (size.width - 2 * size.margin));
  const y = (share: number) => round(size.margin + (1 - share) * (size.height - 2 * size.margin));
  const dots = map.tasks.map((task) => `<circle cx="${x(task.x)}" cy="${y(task.y)}" r="3" fill="${colours.task}" opacity="0.6"/>`); // prettier-ignore
  const squares = map.passages.map((passage) => square(x(passage.x), y(passage.y), passage.isCovered));
  const label = describeCoverage(map);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size.width} ${size.height + size.legend}" font-family="sans-serif" font-size="12" role="img" aria-label="${label}">`,
    `<rect width="100%" height="100%" fill="#fff"/>`,
    ...dots,
    ...squares,
    ...legend(),
    '</svg>\n',
  ].join('\n');
}

function square(x: number, y: number, isCovered: boolean): string {
  const colour = isCovered ? colours.covered : colours.uncovered;
  const fill = isCovered ? colour : '#fff';
  return `<rect x="${round(x - 4)}" y="${round(y - 4)}" width="8" height="8" fill="${fill}" stroke="${colour}" stroke-width="2"/>`;
}

function legend(): string[] {
  const y = size.height + 12;
  const text = (x: number, words: string) => `<text x="${x}" y="${y + 4}" fill="#222">${words}</text>`;
  return [
    `<circle cx="32" cy="${y}" r="3" fill="${colours.task}"/>`,
    text(44, 'task'),
    square(120, y, true),
    text(132, 'passage with tasks around it'),
    square(332, y, false),
    text(344, 'passage without'),
  ];
}

const round = (x: number): number => Math.round(x * 10) / 10;

/** One sentence, for example "25 of 28 passages have tasks around them." */
export function describeCoverage({ passages, tasks }: CoverageMap): string {
  const covered = passages.filter(({ isCovered }) => isCovered).length;
  return `${covered} of ${passages.length} passages of the documents have some of the ${tasks.length} tasks around them.`;
}
