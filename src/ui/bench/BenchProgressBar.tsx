import type { BenchProgress } from '../../workerApi/bench.ts';
import classes from './bench.module.css';

const words: Record<BenchProgress['stage'], string> = {
  compiling: 'Deriving the graphs that train the model',
  'creating sessions': 'Getting the graphs ready',
  measuring: 'Measuring',
  submitting: 'Measuring what JavaScript takes',
};

function describe(progress: BenchProgress | null): string {
  if (!progress) return 'Starting';
  const { stage, done, total } = progress;
  return total > 1 ? `${words[stage]}, round ${done} of ${total}` : words[stage];
}

/** What is being done; without a share before there are rounds. */
export function BenchProgressBar({ progress }: { readonly progress: BenchProgress | null }) {
  const share = progress && progress.total > 1 ? progress.done / progress.total : null;
  return (
    <div className={classes.progress}>
      <progress aria-label="Measurement" max={1} {...(share !== null && { value: share })} />
      <p>{describe(progress)}…</p>
    </div>
  );
}
