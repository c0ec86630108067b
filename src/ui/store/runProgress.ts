import type { RunPhase, TrainingStep, Variant } from '../../workerApi/runEvent.ts';
import type { RunState } from './runState.ts';

/** What the progress bar shows: a share of the present phase, and words for eyes and screen readers. */
export interface RunProgress {
  readonly title: string;
  /** In [0, 1], or null while it cannot be known. */
  readonly share: number | null;
  readonly text: string;
}

const variantTitles: Record<Variant, string> = {
  base: 'the base model',
  seedsOnly: 'the control (your examples only)',
  specialised: 'the specialist',
};

const describers: Record<RunPhase, (state: RunState) => RunProgress> = {
  preparing: () => ({ title: 'Getting ready', share: null, text: 'Loading the model' }),
  generating: (state) => ({
    title: withRound('Writing tasks', state),
    share: state.wanted > 0 ? Math.min(1, state.kept.length / state.wanted) : null,
    text:
      state.wanted > 0
        ? `${state.kept.length} of ${state.wanted} tasks kept, ${state.rejected.length} rejected`
        : `${state.rejected.length} rejected so far`,
  }),
  training: (state) => {
    const last = lastStep(state);
    const title = withRound(last?.variant === 'seedsOnly' ? 'Training the control' : 'Training', state);
    if (!last) return { title, share: null, text: 'Deriving the gradient of the model' };
    const left = timeLeftMs(last);
    const text = `Step ${last.step} of ${last.totalSteps}${left === null ? '' : `, ${inWords(left)} left`}`;
    return { title, share: last.step / last.totalSteps, text };
  },
  evaluating: (state) => {
    const count = state.variant && state.evaluated[state.variant];
    if (!count || !state.variant)
      return { title: 'Testing', share: null, text: 'On tasks it has never seen' };
    const text = `${count.done} of ${count.total} unseen tasks answered by ${variantTitles[state.variant]}`;
    return { title: 'Testing', share: count.total > 0 ? count.done / count.total : null, text };
  },
  exporting: () => ({ title: 'Wrapping up', share: null, text: 'Saving the adapter' }),
};

/** Progress of the present phase. */
export const describeProgress = (state: RunState): RunProgress => describers[state.phase](state);

/** The step that was reported last, of whichever variant is in training. */
export const lastStep = (state: RunState): TrainingStep | undefined =>
  state.variant ? state.steps[state.variant]?.at(-1) : undefined;

/** From the mean pace so far; null before there is one. */
export function timeLeftMs(step: TrainingStep): number | null {
  return step.step < 2 ? null : (step.elapsedMs / step.step) * (step.totalSteps - step.step);
}

/** "about 6 min", "a few seconds". */
export function inWords(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1000);
  if (seconds < 10) return 'a few seconds';
  if (seconds < 90) return `about ${Math.round(seconds / 10) * 10} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 90 ? `about ${minutes} min` : `about ${Math.round(minutes / 60)} h`;
}

/** Mean over the last `window` steps. */
export function tokensPerSecond(steps: readonly TrainingStep[], window = 20): number | null {
  const recent = steps.slice(-window - 1);
  const [first, last] = [recent[0], recent.at(-1)];
  if (!first || !last || last.elapsedMs <= first.elapsedMs) return null;
  const tokens = recent.slice(1).reduce((sum, step) => sum + step.tokens, 0);
  return (tokens / (last.elapsedMs - first.elapsedMs)) * 1000;
}

function withRound(title: string, { round, rounds }: RunState): string {
  return rounds > 1 ? `${title}, round ${round} of ${rounds}` : title;
}
