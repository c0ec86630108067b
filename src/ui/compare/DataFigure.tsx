import type { Report } from '../../workerApi/runEvent.ts';
import { points } from '../format.ts';
import classes from './compare.module.css';
import { dataPoints, type DataPoint } from './dataShares.ts';

const size = { width: 640, height: 240, left: 56, right: 24, top: 12, bottom: 44 };
const y = (score: number): number => size.top + (1 - score) * (size.height - size.top - size.bottom);

const names: Readonly<Record<number, string>> = {
  0: 'examples',
  0.125: '1/8',
  0.25: '1/4',
  0.5: '1/2',
  1: 'all',
};

/** How much data it takes: scores over the share of the written tasks that was trained on; nothing for fewer than three. */
export function DataFigure({ report }: { readonly report: Report }) {
  const measured = dataPoints(report);
  if (measured.length < 3) return null;
  // At equal distances: the small shares would lie on each other.
  const x: Place = (share) =>
    size.left +
    (measured.findIndex((point) => point.share === share) / (measured.length - 1)) *
      (size.width - size.left - size.right);
  const general = measured.flatMap((point) =>
    point.general === null ? [] : [{ ...point, heldOut: point.general }],
  );
  return (
    <figure className={classes.data}>
      <svg viewBox={`0 0 ${size.width} ${size.height}`} role="img" aria-label={inWords(measured)}>
        {[0, 0.25, 0.5, 0.75, 1].map((tick) => (
          <g key={tick}>
            <path className={classes.grid} d={`M${size.left} ${y(tick)}H${size.width - size.right}`} />
            <text x={size.left - 8} y={y(tick) + 4} textAnchor="end">
              {points(tick)}
            </text>
          </g>
        ))}
        {measured.map(({ share }) => (
          <text key={share} x={x(share)} y={size.height - 18} textAnchor={anchorAt(share)}>
            {names[share]}
          </text>
        ))}
        <Line x={x} measured={measured} className={classes.heldOut!} />
        <Line x={x} measured={general} className={classes.general!} />
      </svg>
      <figcaption>
        {inWords(measured)} Circles are unseen tasks, squares general ones; points of F1 over the share of the
        written tasks that was trained on.
      </figcaption>
    </figure>
  );
}

const anchorAt = (share: number) => (share === 0 ? 'start' : share === 1 ? 'end' : 'middle');

type Place = (share: number) => number;

interface LineProps {
  readonly x: Place;
  readonly measured: readonly DataPoint[];
  readonly className: string;
}

function Line({ x, measured, className }: LineProps) {
  const isRound = className === classes.heldOut;
  const path = measured.map(({ share, heldOut }, i) => `${i === 0 ? 'M' : 'L'}${x(share)} ${y(heldOut)}`);
  return (
    <g className={className}>
      <path d={path.join('')} />
      {measured.map(({ share, heldOut }) =>
        isRound ? (
          <circle key={share} cx={x(share)} cy={y(heldOut)} r={4} />
        ) : (
          <rect key={share} x={x(share) - 4} y={y(heldOut) - 4} width={8} height={8} />
        ),
      )}
    </g>
  );
}

const inWords = (measured: readonly DataPoint[]): string =>
  `${measured.map(({ share, heldOut }) => `${names[share]}: ${points(heldOut)}`).join(', ')}.`;
