import type { ReactNode } from 'react';
import { points } from '../format.ts';
import classes from './scoreFigure.module.css';
import type { ScorePoint } from './scorePoint.ts';

const size = { width: 640, height: 240, left: 56, right: 24, top: 12, bottom: 44 };
const y = (score: number): number => size.top + (1 - score) * (size.height - size.top - size.bottom);

interface ScoreFigureProps {
  /** At least two; they stand at equal distances, since small amounts would lie on each other. */
  readonly measured: readonly ScorePoint[];
  /** F1 on unseen tasks of the base model, where a level for it is drawn. */
  readonly base?: number | undefined;
  /** The same in words, for whoever does not see it. */
  readonly words: string;
  readonly children: ReactNode;
}

/** F1 on unseen and general tasks over how much was given: two lines, and a caption. */
export function ScoreFigure({ measured, base, words, children }: ScoreFigureProps) {
  const last = measured.length - 1;
  const x = (i: number) => size.left + (i / last) * (size.width - size.left - size.right);
  const placed = (score: (point: ScorePoint) => number | null): Place[] =>
    measured.flatMap((point, i) => {
      const value = score(point);
      return value === null ? [] : [{ x: x(i), y: y(value) }];
    });
  return (
    <figure className={classes.scores}>
      <svg viewBox={`0 0 ${size.width} ${size.height}`} role="img" aria-label={words}>
        {[0, 0.25, 0.5, 0.75, 1].map((tick) => (
          <g key={tick}>
            <path className={classes.grid} d={acrossAt(tick)} />
            <text x={size.left - 8} y={y(tick) + 4} textAnchor="end">
              {points(tick)}
            </text>
          </g>
        ))}
        {measured.map(({ name }, i) => (
          <text
            key={name}
            x={x(i)}
            y={size.height - 18}
            textAnchor={name.length < 4 ? 'middle' : anchorAt(i, last)}
          >
            {name}
          </text>
        ))}
        {base !== undefined && <BaseLevel score={base} isBelow={base < (measured[last]?.heldOut ?? 0)} />}
        <HeldOutLine places={placed(({ heldOut }) => heldOut)} />
        <GeneralLine places={placed(({ general }) => general)} />
      </svg>
      <figcaption>{children}</figcaption>
    </figure>
  );
}

const acrossAt = (score: number): string => `M${size.left} ${y(score)}H${size.width - size.right}`;
/** Long names stay within the drawing. */
const anchorAt = (i: number, last: number) => (i === 0 ? 'start' : i === last ? 'end' : 'middle');

interface BaseLevelProps {
  readonly score: number;
  /** Of the last point, which its name must not touch. */
  readonly isBelow: boolean;
}

function BaseLevel({ score, isBelow }: BaseLevelProps) {
  // Below the level, unless it would run into the axis.
  const shift = isBelow && score > 0.15 ? 20 : -8;
  return (
    <>
      <path className={classes.base} d={acrossAt(score)} />
      <text x={size.width - size.right} y={y(score) + shift} textAnchor="end">
        base model
      </text>
    </>
  );
}

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
