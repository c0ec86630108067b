import type { CoverageMap } from '../../workerApi/runEvent.ts';
import classes from './coverage.module.css';

const size = { width: 640, height: 300, margin: 16 };
const x = (share: number): number => size.margin + share * (size.width - 2 * size.margin);
const y = (share: number): number => size.margin + (1 - share) * (size.height - 2 * size.margin);

/** What of the documents the tasks are about: a map, and the same in words. */
export function CoverageFigure({ map }: { readonly map: CoverageMap }) {
  const words = coverageInWords(map);
  return (
    <figure className={classes.map}>
      <svg viewBox={`0 0 ${size.width} ${size.height}`} role="img" aria-label={words}>
        {map.tasks.map((task) => (
          <circle key={task.id} className={classes.task} cx={x(task.x)} cy={y(task.y)} r={3} />
        ))}
        {map.passages.map((passage) => (
          <rect
            key={passage.id}
            className={passage.isCovered ? classes.covered : classes.uncovered}
            x={x(passage.x) - 4}
            y={y(passage.y) - 4}
            width={8}
            height={8}
          >
            <title>{passage.id}</title>
          </rect>
        ))}
      </svg>
      <figcaption>
        {words} Dots are tasks; squares are passages, hollow where no task is near. Near means alike to the
        model.
      </figcaption>
    </figure>
  );
}

function coverageInWords({ passages }: CoverageMap): string {
  const covered = passages.filter(({ isCovered }) => isCovered).length;
  return `${covered} of ${passages.length} passages of your texts have tasks near them.`;
}
