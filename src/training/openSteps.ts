import type { Device } from '../runtime/device.ts';
import { AllocatingSteps } from './allocatingSteps.ts';
import { FixedSteps } from './fixedSteps.ts';
import { OptimizerState, type OptimizerVectors } from './optimizerState.ts';
import type { Steps } from './steps.ts';
import type { TrainingSessions } from './trainingSessions.ts';

/** Steps from `start` on, recorded where programs and device allow that. The caller disposes them before the sessions. */
export async function openSteps(
  device: Device,
  sessions: TrainingSessions,
  start: OptimizerVectors,
): Promise<Steps> {
  if (device.fixed && sessions.captures) return new FixedSteps(device, device.fixed, sessions, start);
  return new AllocatingSteps(sessions, new OptimizerState(device, await sessions.optimizer(), start));
}
