import { expect, it } from 'vitest';
import { followPace, secondsLeftAt, type PhasePace } from '../../src/ui/store/phasePace.ts';
import { describeProgress } from '../../src/ui/store/runProgress.ts';
import { initialRunState, type RunState } from '../../src/ui/store/runState.ts';

const at = (done: number, round = 1): RunState => ({
  ...initialRunState,
  phase: { stage: 'responses', round },
  progress: { done, total: 40 },
});

it('says how long a phase takes yet, from how it went since this page watched it', () => {
  let pace: PhasePace | null = null;
  const secondsLeft = (state: RunState, second: number) => {
    pace = followPace(pace, state, 1000 * second);
    return secondsLeftAt(pace, state, 1000 * second);
  };
  expect(secondsLeft(initialRunState, 0)).toBeNull();
  // Continued at ten: they were not done in these seconds.
  expect(secondsLeft(at(10), 1)).toBeNull();
  expect(secondsLeft(at(12), 3)).toBeNull();
  expect(secondsLeft(at(20), 21)).toBe(40);
  expect(secondsLeft(at(30), 31)).toBe(15);
  expect(describeProgress(at(30), 15).text).toBe('30 of 40 tasks answered, about 20 s left');
  expect(secondsLeft(at(8, 2), 40)).toBeNull();
});
