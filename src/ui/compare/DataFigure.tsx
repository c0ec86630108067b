import type { Report } from '../../workerApi/runEvent.ts';
import { points } from '../format.ts';
import classes from './compare.module.css';
import { dataPoints, type DataPoint } from './dataShares.ts';

const size = { width: 640, height: 240, left: 56, right: 24, top: 12, bottom: 44 };
const y = (score: number): number => size.top + (1 - score) * (size.height - size.top - size.bottom);

/** How much data it takes: scores over the share of the written tasks that was trained on; nothing for fewer than three. */
export function DataFigure({ report }: { readonly report: Report }) {
  const measured = dataPoints(report);
  const last = measured.length - 1;
  if (last < 2) return null;
  // At equal distances: the small shares would lie on each other.
  const x = (i: number) => size.left + (i / last) * (size.width - size.left - size.right);
  const placed = (score: (point: DataPoint) => number | null): Place[] =>
    measured.flatMap((point, i) => {
      const value = score(point);
      return value === null ? [] : [{ x: x(i), y: y(value) }];
    });
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
        {measured.map(({ name }, i) => (
          <text key={name} x={x(i)} y={size.height - 18} textAnchor={anchorAt(i, last)}>
            {name}
          </text>
        ))}
        <HeldOutLine places={placed(({ heldOut }) => heldOut)} />
        <GeneralLine places={placed(({ general }) => general)} />
      </svg>
      <figcaption>
        {inWords(measured)} Circles are unseen tasks, squares general ones; points of F1 over the share of the
        written tasks that was trained on.
      </figcaption>
    </figure>
  );
}

const anchorAt = (i: number, last: number) => (i === 0 ? 'start' : i === last ? 'end' : 'middle');

interface Place {
  readonly x: number;
  readonly y: number;
}

interface LineProps {
  readonly places: readonly Place[];
}

const HeldOutLine = ({ places }: LineProps) => (
  <g className={classes.heldOut}>
    <path d={pathOf(places)} />
    {places.map((place) => (
      <circle key={place.x} cx={place.x} cy={place.y} r={4} />
    ))}
  </g>
);

const GeneralLine = ({ places }: LineProps) => (
  <g className={classes.general}>
    <path d={pathOf(places)} />
    {places.map((place) => (
      <rect key={place.x} x={place.x - 4} y={place.y - 4} width={8} height={8} />
    ))}
  </g>
);

const pathOf = (places: readonly Place[]): string =>
  places.map((place, i) => `${i === 0 ? 'M' : 'L'}${place.x} ${place.y}`).join('');

const inWords = (measured: readonly DataPoint[]): string =>
  `${measured.map(({ name, heldOut }) => `${name}: ${points(heldOut)}`).join(', ')}.`;
